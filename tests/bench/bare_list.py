"""The floor of `ollama-tray list`, a script of a few lines: `python bare_list.py URL`."""

import sys

import requests

for model in requests.get(f"{sys.argv[1]}/api/tags", timeout=10).json()["models"]:
    details = model["details"]
    print(
        f"{model['name']:40}{details['parameter_size']:10}{details['quantization_level']:10}"
        f"{model['size'] / 1e9:8.1f} GB  {model['modified_at'][:16]}  {model['digest'][:12]}"
    )
