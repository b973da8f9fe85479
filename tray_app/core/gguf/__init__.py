"""What a .gguf file is, read from its header: kind, parts, quantization, names. No file is opened
here: whoever calls hands in how bytes are read."""
