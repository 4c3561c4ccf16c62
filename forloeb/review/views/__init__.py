"""One module for each group of pages: read the request, ask the service, render."""
