import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path

settings.configure(DEBUG=True, ROOT_URLCONF=__name__, SECRET_KEY="for development only")

PAGE = """<!doctype html>
<title>Django</title>
<script src="http://localhost:10021/reload.js"></script>
<h1>Hello</h1>
"""


def index(request):
    return HttpResponse(PAGE)


urlpatterns = [path("", index)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
