"""The web chat: FastAPI owns the routes and headers, Gradio draws the page, the port behind it
answers."""
