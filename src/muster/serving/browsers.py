"""What a browser is called where one reads where one is signed in."""

from __future__ import annotations

# A browser names those it is like before itself: the first of these that it names is its own name.
_BROWSERS = (
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox")),
    *(("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")),
)
_SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def browser_of(user_agent: str) -> str:
    """A browser and the system it runs on, of what it calls itself; a program by its first words.

    >>> browser_of("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
    'Chrome on Linux'
    >>> browser_of("curl/8.5.0")
    'curl/8.5.0'
    """
    name = next((word for sign, word in _BROWSERS if sign in user_agent), None)
    if name is None:
        return user_agent[:40] or "a program"
    system = next((word for sign, word in _SYSTEMS if sign in user_agent), None)
    return f"{name} on {system}" if system else name
