"""What the fuzz targets begin with, and the words that they are told."""

import struct

LINKS = [
    'https://acme.zoom.us/j/97763643886?pwd=123456',
    'https://us02web.zoom.us/w/81960402731?tk=abc-DEF&pwd=x',
    'zoommtg://zoom.us/join?action=join&confno=97763643886&pwd=1',
    'https://zoom.us/my/jill.lee', '843 3562 6851', '84335626851.123456@zoomcrc.com',
    'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fj%2F97763643886',
    'https://urldefense.com/v3/__https://zoom.us/j/97763643886__;!!abc$',
    'Join Zoom Meeting\nhttps://zoom.us/j/97763643886\nMeeting ID: 977 6364 3886\nPasscode: 1x9\n'
    'One tap mobile\n+16465588656,,97763643886#,,,,*123456#',
    '<a href="https://zoom.us/j/97763643886?pwd=a">here</a>', 'https://zoom.us/webinar/register/WN_x',
]

API = {
    'A': '{"id":"u1","account_id":"a1","email":"J@x.y","pmi":3542471135,"status":"active",'
         '"vanity_url":"https://zoom.us/my/jill"}',
    'B': '{"recording":{"local_recording":true}}',
    'C': '{"next_page_token":"n","total_records":2,"users":[{"id":"u1","email":"a@b","pmi":1,'
         '"role_id":"0"},{"email":"c@d","status":"pending"}]}',
    'D': '{"next_page_token":"","meetings":[{"id":97763643886,"host_id":"u1"},'
         '{"id":"97763643887","host_id":"u1"}]}',
    'E': '{"webinars":[{"id":97763643886,"host_id":"u1"}]}',
    'F': '{"id":97763643886,"host_id":"u1","type":2}',
    'G': '{"id":97763643886,"host_id":"u1","type":5}',
    'H': '{"expire_in":120,"token":"abc"}',
    'I': '{"token":"abc"}',
    'J': '{"token":"abc"}',
    'K': '{"access_token":"a","token_type":"bearer","refresh_token":"r","expires_in":3599,'
         '"scope":"user:read:user meeting:read:meeting","api_url":"https://api-eu.zoom.us"}',
    'L': '{"status":"success"}',
    'M': '', 'N': '{"code":4711,"message":"Invalid access token, does not contain scopes:[a:b, c]."}',
    'O': '{"code":3000,"message":"Not allowed to start "local" recording."}',
}
HEADERS = ('Retry-After: 2026-01-01T00:00:00Z\nX-RateLimit-Category: Light\n'
           'X-RateLimit-Limit: 30\nX-RateLimit-Type: QPS\nx-zm-trackingid: v=2.0;clid=us02\n')
REFUSALS = ['{"reason":"Invalid Token!","error":"invalid_grant"}', '{"code":124,"message":"expired"}',
            '<html>Bad Gateway</html>', '']

WEBHOOKS = [
    '{"event":"meeting.created","event_ts":1700000000000,"payload":{"account_id":"a1","object":'
    '{"id":"97763643886","host_id":"u1","type":2}}}',
    '{"event":"user.updated","payload":{"account_id":"a1","object":{"id":"u1","pmi":"123","email":"x@y"},'
    '"old_object":{"id":"u1"},"time_stamp":1700000000000}}',
    '{"event":"app_deauthorized","payload":{"user_id":"u1","account_id":"a1","client_id":"c"}}',
    '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}',
    'https://bots.example/back?code=abc&state=xyz', '?error=access_denied&state=xyz',
    '{"iss":"zm:cid:abc","uid":"u1","aid":"a1","exp":1700000000}',
]


def numbers(*values):
    return b''.join(struct.pack('>Q', value) for value in values)


def texts(*values):
    return b''.join(numbers(len(value)) + value for value in values)


PART = numbers(1, 1) + texts(b'cred_1') + numbers(1_700_000_000_000)
STATUS = (numbers(1) + texts(b'scope_missing', b'', ) + numbers(400, 4711) + texts(b'track', b'text')
          + numbers(1) + texts(b'a:b') + numbers(1) + texts(b'zoom: no'))
ROWS = [
    b'A' + numbers(1, 0) + texts(b'client', b'secret') + numbers(1) + texts(b'hook'),
    b'B' + numbers(1) + texts(b'state', b'app_1', b'https://x', b'verifier', b'hash') + numbers(5),
    b'C' + numbers(1) + texts(b'app_1') + numbers(0) + texts(b'client', b'u', b'a', b'e'),
    b'D' + numbers(1) + texts(b'acc', b'ref') + numbers(5, 1) + texts(b's', b'https://api.zoom.us', b'')
    + numbers(0),
    b'E' + numbers(2) + texts(b'app_1', b'u', b'a') + numbers(7) + texts(b'jill', b'e@x'),
    b'F' + numbers(1, 97763643886) + texts(b'u', b'a'),
    b'G' + numbers(1) + texts(b'join_1') + numbers(1, 1_700_000_000_000, 97763643886) + texts(b'', b'u')
    + numbers(0) + PART + numbers(0) + numbers(1) + PART + STATUS + numbers(0)
    + numbers(1) + numbers(1_700_000_000_000, 2, 6, 5, 3, 2000) + STATUS,
    b'H' + numbers(1) + texts(b'track') + numbers(400, 124),
]


def answers():
    for reader, body in API.items():
        yield (reader + 'A' + HEADERS + '\n' + body).encode()
    for status in 'CDEFGHI':
        for refusal in REFUSALS:
            yield ('H' + status + '\n' + refusal).encode()
            yield ('K' + status + HEADERS + '\n' + refusal).encode()


SEEDS = {
    'links': [text.encode() for text in LINKS],
    'answers': list(answers()),
    'webhooks': [text.encode() for text in WEBHOOKS],
    'rows': ROWS,
}

WORDS = [
    'zoom.us', 'zoomgov.com', '/j/', '/my/', '/w/', '?pwd=', '&tk=', 'confno=', '%2F', '%253A', 'Meeting ID:',
    'Passcode:', '\\u200b', 'token', 'expire_in', 'host_id', 'meetings', 'users', 'next_page_token', 'event',
    'payload', 'object', 'access_token', 'refresh_token', 'invalid_grant', '\\ud83d', 'code', 'message',
]
