# Which scenario was played in which engine, from the ledger that the scenarios write and then the
# tests' own log; fails where that is not all of them. Sets no files: awk -f engines.awk LEDGER LOG
BEGIN {
    FS = "\t"
    split("chromium firefox webkit", engines, " ")
}

# ENGINE  SECONDS  SCENARIO  BROWSER
FNR == NR {
    engine = tolower($1)
    version[engine] = $4
    if (index($3, "::" engine "::")) played[engine]++
    else plain[engine]++
    took[++lines] = sprintf("%6.1f s  %s", $2, $3)
    spent[engine] += $2
    next
}

# test MODULE::ENGINE::SCENARIO ... OUTCOME
/^test .*::(chromium|firefox|webkit)(_js)?::.* \.\.\. / {
    split($0, half, " \\.\\.\\. ")
    name = substr(half[1], 6)
    count = split(name, part, "::")
    engine = part[count - 1]
    js = sub(/_js$/, "", engine)
    if (half[2] ~ /^ignored/) {
        excepted[engine]++
        reason = half[2]
        sub(/^ignored,? */, "", reason)
        exceptions[engine] = exceptions[engine] sprintf("\n  %s\n      %s", name, reason)
        # An exception without a reason is none.
        if (reason == "") wrong = wrong "\nerror: no reason is given for " name
    }
    if (js) plainly[engine]++
    else declared[engine]++
}

END {
    printf "\n%-10s %9s %7s %11s %24s %8s  %s\n", "engine", "scenarios", "played", "exceptions", "without WebAssembly too", "seconds", "browser"
    for (i = 1; i in engines; i++) {
        engine = engines[i]
        printf "%-10s %9d %7d %11d %24d %8d  %s\n", engine, declared[engine], played[engine], excepted[engine], plain[engine], spent[engine], version[engine]
        if (!played[engine]) wrong = wrong "\nerror: no scenario was played in " engine
        else if (played[engine] + plain[engine] + excepted[engine] != declared[engine] + plainly[engine])
            wrong = wrong "\nerror: not every scenario was played in " engine
        if (declared[engine] != declared[engines[1]]) wrong = wrong "\nerror: " engine " has other scenarios than " engines[1]
    }
    print "\nexceptions:"
    for (i = 1; i in engines; i++) if (excepted[engines[i]]) print substr(exceptions[engines[i]], 2)
    print "\nslowest:"
    sorting = "sort -rn | head -15"
    for (i = 1; i <= lines; i++) print took[i] | sorting
    close(sorting)
    if (wrong) { print wrong; exit 1 }
}
