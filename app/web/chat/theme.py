"""Strongroom's look inside Gradio: its widgets take their colours from style.css."""

import gradio as gr


def strongroom_theme() -> gr.themes.Base:
    """Return the theme; light and dark are the same names, style.css gives them values."""
    values = {
        "body_background_fill": "var(--sr-ground)",
        "body_text_color": "var(--sr-ink)",
        "body_text_color_subdued": "var(--sr-faded)",
        "background_fill_primary": "var(--sr-sheet)",
        "background_fill_secondary": "var(--sr-ground)",
        "border_color_primary": "var(--sr-line)",
        "border_color_accent": "var(--sr-lock)",
        "color_accent_soft": "var(--sr-lock-soft)",
        "block_background_fill": "transparent",
        "block_border_color": "transparent",
        "block_label_background_fill": "transparent",
        "block_label_text_color": "var(--sr-faded)",
        "block_title_text_color": "var(--sr-faded)",
        "input_background_fill": "var(--sr-sheet)",
        "input_background_fill_focus": "var(--sr-sheet)",
        "input_border_color": "var(--sr-line)",
        "input_border_color_focus": "var(--sr-lock)",
        "input_placeholder_color": "var(--sr-faded)",
        "button_primary_background_fill": "var(--sr-lock)",
        "button_primary_background_fill_hover": "var(--sr-lock-deep)",
        "button_primary_text_color": "var(--sr-on-lock)",
        "button_primary_border_color": "transparent",
        "button_secondary_background_fill": "var(--sr-sheet)",
        "button_secondary_background_fill_hover": "var(--sr-ground)",
        "button_secondary_text_color": "var(--sr-ink)",
        "button_secondary_border_color": "var(--sr-line)",
        "link_text_color": "var(--sr-lock)",
    }
    only_light = {"block_shadow": "none", "block_border_width": "0px"}
    dark = {f"{name}_dark": value for name, value in values.items()}
    return gr.themes.Base(
        font=["Source Sans Pro", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
        radius_size=gr.themes.sizes.radius_md,
    ).set(**values, **dark, **only_light)
