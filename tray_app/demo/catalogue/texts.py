"""The texts of the demo's models: templates, system prompts, licences and recommendations."""

from __future__ import annotations

from typing import Any

CHATML = """\
{{- if .Messages }}
{{- if or .System .Tools }}<|im_start|>system
{{- if .System }}
{{ .System }}
{{- end }}
{{- if .Tools }}

# Tools

You may call one or more functions to help with the user's request.

You are given the signatures of the functions within <tools></tools> tags:
<tools>
{{- range .Tools }}
{"type": "function", "function": {{ .Function }}}
{{- end }}
</tools>

For each call, answer with a JSON object within <tool_call></tool_call> tags:
<tool_call>
{"name": <function-name>, "arguments": <arguments-json-object>}
</tool_call>
{{- end }}<|im_end|>
{{ end }}
{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 -}}
{{- if eq .Role "user" }}<|im_start|>user
{{ .Content }}<|im_end|>
{{ else if eq .Role "assistant" }}<|im_start|>assistant
{{ if .Content }}{{ .Content }}
{{- else if .ToolCalls }}<tool_call>
{{ range .ToolCalls }}{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}
{{ end }}</tool_call>
{{- end }}{{ if not $last }}<|im_end|>
{{ end }}
{{- else if eq .Role "tool" }}<|im_start|>user
<tool_response>
{{ .Content }}
</tool_response><|im_end|>
{{ end }}
{{- if and (ne .Role "assistant") $last }}<|im_start|>assistant
{{ end }}
{{- end }}
{{- else }}
{{- if .System }}<|im_start|>system
{{ .System }}<|im_end|>
{{ end }}{{ if .Prompt }}<|im_start|>user
{{ .Prompt }}<|im_end|>
{{ end }}<|im_start|>assistant
{{ end }}{{ .Response }}{{ if .Response }}<|im_end|>{{ end }}"""

THINKING = CHATML.replace(
    "<|im_start|>assistant\n{{ end }}{{ .Response }}",
    "<|im_start|>assistant\n{{ if and .IsThinkSet (not .Think) }}<think>\n\n</think>\n\n{{ end }}"
    "{{ end }}{{ .Response }}",
)

HEADERS = """\
<|start_header_id|>system<|end_header_id|>

Cutting Knowledge Date: December 2023

{{ if .System }}{{ .System }}
{{- end }}<|eot_id|>
{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 }}
<|start_header_id|>{{ .Role }}<|end_header_id|>

{{ .Content }}{{ if not $last }}<|eot_id|>{{ end }}
{{- if and (ne .Role "assistant") $last }}<|eot_id|><|start_header_id|>assistant<|end_header_id|>

{{ end }}
{{- end }}"""

TURNS = """\
{{- range $i, $_ := .Messages }}
{{- $last := eq (len (slice $.Messages $i)) 1 }}
{{- if or (eq .Role "user") (eq .Role "system") }}<start_of_turn>user
{{ .Content }}<end_of_turn>
{{ if $last }}<start_of_turn>model
{{ end }}
{{- else if eq .Role "assistant" }}<start_of_turn>model
{{ .Content }}{{ if not $last }}<end_of_turn>
{{ end }}
{{- end }}
{{- end }}"""

INSTRUCT = """\
{{- if .Messages }}
{{- range $index, $_ := .Messages }}
{{- if eq .Role "user" }}
{{- if and (eq (len (slice $.Messages $index)) 1) $.Tools }}[AVAILABLE_TOOLS] {{ $.Tools }}\
[/AVAILABLE_TOOLS]
{{- end }}[INST] {{ if and $.System (eq (len (slice $.Messages $index)) 1) }}{{ $.System }}

{{ end }}{{ .Content }}[/INST]
{{- else if eq .Role "assistant" }}
{{- if .Content }} {{ .Content }}</s>
{{- end }}
{{- else if eq .Role "tool" }}[TOOL_RESULTS] {"content": {{ .Content }}} [/TOOL_RESULTS]
{{- end }}
{{- end }}
{{- else }}[INST] {{ if .System }}{{ .System }}

{{ end }}{{ .Prompt }}[/INST]
{{- end }} {{ .Response }}
{{- if .Response }}</s>
{{- end }}"""

VICUNA = """\
{{ .System }}
USER: {{ .Prompt }}
ASSISTANT: {{ .Response }}</s>"""

JINJA = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

MEETING_NOTES = """\
You turn the transcript of a meeting into notes.

Write in the language of the transcript. Start with one sentence that says what was decided. Then
list the decisions, then the open questions, then the tasks, each with the person who does it and
the day it is due, if a day was named. Leave out small talk. Never make anything up: where the
transcript is unclear, say so in brackets.
"""

RECOMMENDATIONS: list[dict[str, Any]] = [
    {
        "model": "llama3.2:3b",
        "description": "Small general chat model. Runs on most computers.",
        "context_length": 131072,
        "vram_bytes": 3_000_000_000,
    },
    {
        "model": "qwen3:8b",
        "description": "Chat, reasoning and tools.",
        "context_length": 40960,
        "vram_bytes": 6_500_000_000,
    },
    {
        "model": "gemma3:12b",
        "description": "Chat and pictures, many languages.",
        "context_length": 131072,
        "vram_bytes": 10_000_000_000,
    },
    {
        "model": "gpt-oss:20b",
        "description": "Strong reasoning. Wants 16 GB of graphics memory.",
        "context_length": 131072,
        "vram_bytes": 16_000_000_000,
    },
    {"model": "nomic-embed-text", "description": "Turns text into vectors for search."},
    {
        "model": "gpt-oss:120b-cloud",
        "description": "Reasoning and agentic use, run by ollama.com.",
        "context_length": 131072,
        "max_output_tokens": 131072,
    },
]
