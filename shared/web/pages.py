"""HTML answers and the headers that guard them: nothing from elsewhere, no frame around, no script but by nonce, never kept."""

import secrets
from collections.abc import Mapping

from aiohttp import web


def new_nonce() -> str:
    """Return the one-time word by which a page may name its own style and script."""
    return secrets.token_urlsafe(16)


def page_headers(nonce: str, *, https: bool = False, form_action: str = "'self'") -> dict[str, str]:
    """Return the headers of every HTML page (API O13, L11). Member pages and signed-in pages alike are never stored."""
    policy = [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}' 'strict-dynamic'",
        f"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        f"form-action {form_action}",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def html_page(
    text: str, *, nonce: str, status: int = 200, headers: Mapping[str, str] | None = None, https: bool = False
) -> web.Response:
    """Return a page with its guarding headers."""
    return web.Response(
        text=text,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={**page_headers(nonce, https=https), **(headers or {})},
    )
