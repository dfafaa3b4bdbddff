"""What a browser may do with our pages: nothing from anywhere else, no inline script or style, no `data:` address."""


def content_policy(*, form_targets: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy of every page.

    `form_targets` are the origins a form may be redirected to after it was posted (the identity provider).
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            " ".join(("form-action 'self'", *form_targets)),
        )
    )


def security_headers(*, form_targets: tuple[str, ...] = ()) -> dict[str, str]:
    """The headers every answer carries. Strict-Transport-Security is the proxy's to say."""
    return {
        "content-security-policy": content_policy(form_targets=form_targets),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=()",
        "cross-origin-opener-policy": "same-origin",
    }
