"""Tests of item models and widgets on Qt's offscreen platform."""
