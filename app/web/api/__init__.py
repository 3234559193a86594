"""What programs call over HTTP, each with a key: the OpenAI protocol, MCP, metrics."""
