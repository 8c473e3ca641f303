package main

import (
	"fmt"
	"log"
	"net/http"
)

const page = `<!doctype html>
<title>Go</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>
`

func main() {
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		fmt.Fprint(response, page)
	})
	log.Fatal(http.ListenAndServe("localhost:8000", nil))
}
