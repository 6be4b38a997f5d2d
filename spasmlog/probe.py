"""Ask a health address from inside a container that has no curl: exit 0 when it answers 200.

`python -m spasmlog.probe http://127.0.0.1:8000/health/ready`
"""

import sys
import urllib.error
import urllib.request


def answer(url: str) -> tuple[int, str]:
    """The status and body that `url` answers with; status 0 when nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=4) as said:  # noqa: S310 - the address of this very container
            return said.status, said.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


if __name__ == "__main__":
    status, body = answer(sys.argv[1])
    print(body)
    sys.exit(0 if status == 200 else 1)
