"""How the page looks, and what its own script does; nothing here comes from another host."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_HERE = Path(__file__).parent


def css() -> str:
    """Our own styles."""
    return (_HERE / "page.css").read_text(encoding="utf-8")


def head() -> str:
    """Our own script, inline, so that it runs before Gradio looks which theme is wanted."""
    return f"<script>{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>"


def theme() -> gr.themes.Base:
    """The reader's own fonts, quiet greys, and a button on which white can be read (AA: 4.5 to 1)."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        radius_size="md",
    ).set(
        color_accent="#0b6e69",
        body_background_fill="#f6f7f8",
        body_background_fill_dark="#14181d",
        block_background_fill="#ffffff",
        block_background_fill_dark="#1b2027",
        border_color_primary="#d5dade",
        border_color_primary_dark="#343c46",
        body_text_color="#1c2126",
        body_text_color_dark="#e4e8ec",
        body_text_color_subdued="#545d67",
        body_text_color_subdued_dark="#a9b3bf",
        block_label_text_color="#3d4650",
        block_label_text_color_dark="#c3ccd6",
        block_title_text_color="#3d4650",
        block_title_text_color_dark="#c3ccd6",
        block_info_text_color="#545d67",
        block_info_text_color_dark="#a9b3bf",
        input_placeholder_color="#646d77",
        input_placeholder_color_dark="#9aa5b1",
        input_border_width="1px",
        button_border_width="1px",
        block_label_background_fill="#ffffff",
        block_label_background_fill_dark="#1b2027",
        input_background_fill="#ffffff",
        input_background_fill_dark="#14181d",
        input_border_color="#aeb6be",
        input_border_color_dark="#56616d",
        input_border_color_focus="#0b6e69",
        input_border_color_focus_dark="#5cc8c0",
        button_primary_background_fill="#0b6e69",
        button_primary_background_fill_dark="#0b6e69",
        button_primary_background_fill_hover="#095a56",
        button_primary_background_fill_hover_dark="#0d817b",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#222932",
        button_secondary_background_fill_hover="#eaf3f2",
        button_secondary_background_fill_hover_dark="#2c3540",
        button_secondary_text_color="#1c2126",
        button_secondary_text_color_dark="#e4e8ec",
        button_secondary_border_color="#aeb6be",
        button_secondary_border_color_dark="#56616d",
        button_cancel_text_color="#ffffff",
        button_cancel_text_color_dark="#ffffff",
        button_cancel_background_fill="#a12622",
        button_cancel_background_fill_dark="#a12622",
        link_text_color="#0b5f8a",
        link_text_color_dark="#8ecbf0",
    )
