"""Says in color what is wrong with app.py, and where."""

import sys

with open("app.py") as file:
    source = file.read()
try:
    compile(source, "app.py", "exec")
except SyntaxError as error:
    print(f"\x1b[36mapp.py\x1b[0m:{error.lineno}: \x1b[1;31m{error.msg}\x1b[0m <b>here</b>")
    sys.exit(1)
