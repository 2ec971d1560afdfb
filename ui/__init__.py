"""Two faces on the engine, the command line and the web page: they show, they do not decide."""
