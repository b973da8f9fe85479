"""Which icon stands for a kind of model, and for what a model can do."""

from tray_app.itemmodels.rows import ModelKind

KIND_GLYPHS = {
    ModelKind.CHAT: "chat",
    ModelKind.VISION: "eye",
    ModelKind.IMAGE: "image",
    ModelKind.EMBEDDING: "vector",
}
CAPABILITY_GLYPHS = {
    "completion": "chat",
    "tools": "tools",
    "insert": "edit",
    "vision": "eye",
    "embedding": "vector",
    "thinking": "bulb",
    "image": "image",
}
