"""The Fusion stylesheet, made from a Theme. Windows and macOS get none.

Only shapes and colours of standard controls; whatever needs a glyph or a mark is painted by the
widgets of `components`.
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor

from tray_app.views.theme import Theme, mix

_SHEET = Template("""
QPushButton { min-height: 30px; padding: 0 14px; border: 1px solid $border; border-radius: 6px;
  background: $button; color: $button_text; }
QPushButton:hover { background: $button_hover; }
QPushButton:pressed { background: $button_pressed; }
QPushButton:focus { border: 2px solid $accent; padding: 0 13px; min-height: 28px; }
QPushButton:disabled { background: transparent; color: $disabled; border-color: $disabled_fill; }
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="danger"]:disabled { color: $disabled; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; color: $accent_text;
  font-weight: 500; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[kind="destructive"] { background: $destructive; border-color: $destructive;
  color: $destructive_text; font-weight: 500; }
QPushButton[kind="destructive"]:hover { background: $destructive_hover; }
QPushButton[kind="destructive"]:pressed { background: $destructive_pressed; }
QPushButton[kind="primary"]:focus, QPushButton[kind="destructive"]:focus {
  border: 2px solid $text; padding: 0 13px; min-height: 28px; }
QPushButton[kind="primary"]:disabled, QPushButton[kind="destructive"]:disabled {
  background: $disabled_fill; border-color: $disabled_fill; color: $disabled; }
QPushButton[small="true"] { min-height: 24px; padding: 0 10px; }
QPushButton[small="true"]:focus { min-height: 22px; padding: 0 9px; }
QPushButton[kind="link"] { border: 0; background: transparent; color: $info; padding: 1px 5px;
  min-height: 24px; text-align: left; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 2px solid $accent; padding: 0 3px; min-height: 22px; }
QPushButton[kind="link"]:disabled { color: $disabled; }
QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 5px; color: $text;
  background: transparent; }
QToolButton:hover { background: $tool_hover; }
QToolButton:checked { background: $tool_hover; border-color: $border; }
QToolButton[unframed="true"]:checked { background: transparent; border-color: transparent; }
QToolButton:pressed { background: $tool_pressed; }
QToolButton:focus { border: 2px solid $accent; padding: 4px; }
QToolButton:disabled { color: $disabled; }
QToolButton[framed="true"] { background: $button; border-color: $border; }
QToolButton[framed="true"]:hover { background: $button_hover; }
QToolButton[framed="true"]:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QLineEdit, QComboBox, QAbstractSpinBox { min-height: 30px; border: 1px solid $border;
  border-radius: 6px; background: $base; color: $text; padding: 0 8px;
  selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit:focus, QComboBox:focus, QComboBox:on, QAbstractSpinBox:focus {
  border: 2px solid $accent; padding: 0 7px; min-height: 28px; }
QLineEdit[invalid="true"] { border: 2px solid $danger; padding: 0 7px; min-height: 28px; }
QLineEdit[quiet="true"], QComboBox[quiet="true"] { color: $secondary; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { color: $disabled;
  background: $window; }
QAbstractSpinBox QLineEdit { border: 0; padding: 0 6px; min-height: 0;
  background: transparent; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox::down-arrow, QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow { image: none; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: 0; width: 24px;
  background: transparent; }
QComboBox QAbstractItemView { border: 1px solid $border; background: $base; outline: 0;
  selection-background-color: $selected; selection-color: $selected_text; }
QTabBar::tab { height: 35px; padding: 0 12px; border: 0; border-bottom: 2px solid transparent;
  background: transparent; color: $secondary; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { background: $tool_hover; border-top-left-radius: 6px;
  border-top-right-radius: 6px; }
QDialogButtonBox { button-layout: 3; dialogbuttonbox-buttons-have-icons: 0; }
QTabBar QToolButton { padding: 0; border-radius: 0; background: $window; }
QTabWidget::pane { border: 0; border-top: 1px solid $hairline; }
QTabWidget::tab-bar { left: 8px; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: $base; color: $secondary; border: 0; padding: 0 14px;
  border-bottom: 1px solid $hairline; min-height: 31px; }
QTreeView#cardTable QHeaderView::section { background: transparent; }
QMenu { border: 1px solid $border; border-radius: 8px; padding: 5px; background: $menu; }
QMenu::item { min-height: 20px; padding: 4px 24px 4px 12px; border-radius: 6px; color: $text; }
QMenu::icon { left: 8px; }
QMenu::item:selected { background: $selected; color: $selected_text; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; margin: 5px 8px; background: $hairline; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: 12px; } QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $thumb; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; } QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $thumb_hover; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolTip { border: 1px solid $border; background: $menu; color: $text; padding: 4px 6px; }
""")


def stylesheet(theme: Theme) -> str:
    """The sheet for `theme`."""
    black = QColor(0, 0, 0)
    colors = {
        "window": theme.window,
        "base": theme.base,
        "text": theme.text,
        "button": theme.button,
        "button_text": theme.button_text,
        "button_hover": mix(theme.button, theme.button_text, 0.05),
        "button_pressed": mix(theme.button, theme.button_text, 0.10),
        "border": theme.control_border,
        "hairline": theme.hairline,
        "secondary": theme.secondary,
        "disabled": theme.disabled_text,
        "disabled_fill": theme.disabled_fill,
        "accent": theme.accent,
        "accent_text": theme.accent_text,
        "accent_hover": _hover(theme, theme.accent),
        "accent_pressed": mix(theme.accent, black, 0.22),
        "destructive": theme.destructive,
        "destructive_text": theme.destructive_text,
        "destructive_hover": mix(theme.destructive, black, 0.12),
        "destructive_pressed": mix(theme.destructive, black, 0.22),
        "info": theme.info,
        "danger": theme.danger,
        "selected": theme.row_selected,
        "selected_text": theme.row_selected_text,
        "tool_hover": mix(theme.window, theme.window_text, 0.07),
        "tool_pressed": mix(theme.window, theme.window_text, 0.12),
        "menu": theme.button if theme.is_dark else theme.base,
        "thumb": mix(theme.base, theme.text, 0.28),
        "thumb_hover": mix(theme.base, theme.text, 0.40),
    }
    return _SHEET.substitute({name: color.name() for name, color in colors.items()})


def _hover(theme: Theme, color: QColor) -> QColor:
    # A light fill under dark text gets lighter, a dark fill under light text darker.
    if theme.is_dark:
        return mix(color, QColor(255, 255, 255), 0.11)
    return mix(color, QColor(0, 0, 0), 0.12)
