<?php
echo <<<PAGE
<!doctype html>
<title>PHP</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>

PAGE;
