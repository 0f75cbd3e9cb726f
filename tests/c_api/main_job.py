"""The main job, in Python: loads the library after start, and lets it go again. Talks with its driver
as main_job.c does.

usage: main_job.py LIBRARY ORIGIN CA_FILE STORE LINK
"""

import _ctypes
import ctypes
import json
import os
import queue
import sys
import time

Text = ctypes.c_char_p
Out = ctypes.POINTER(ctypes.c_void_p)
Post = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
OnNotice = ctypes.CFUNCTYPE(None, ctypes.c_void_p, Text, Text)
OnHealth = ctypes.CFUNCTYPE(None, ctypes.c_void_p, Text, Text, Text, Text, Text, ctypes.c_int64)
GiveKeys = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
OnMinted = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
Work = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Options(ctypes.Structure):
    _fields_ = ([('struct_size', ctypes.c_size_t)]
                + [(name, Text) for name in ('store_folder', 'key_file', 'keys', 'oauth_origin', 'api_origin',
                                             'ca_file', 'proxy', 'no_proxy')]
                + [('sync_every_ms', ctypes.c_int64), ('rate_limits', ctypes.c_int), ('plan', ctypes.c_int),
                   ('user_data', ctypes.c_void_p), ('post', Post), ('on_notice', OnNotice),
                   ('on_health_change', OnHealth), ('give_keys', GiveKeys)])


class App(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_size_t), ('kind', ctypes.c_int), ('client_id', Text),
                ('client_secret', Text), ('webhook_secrets', ctypes.POINTER(Text)),
                ('webhook_secret_count', ctypes.c_size_t)]


class Connect(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_size_t), ('app_id', Text), ('redirect_uri', Text), ('bound_to', Text),
                ('user_id', Text), ('account_id', Text), ('email', Text)]


class Join(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_size_t), ('link', Text),
                ('host_hints', ctypes.POINTER(Text)), ('host_hint_count', ctypes.c_size_t),
                ('recording', ctypes.c_int), ('bypass_waiting_room', ctypes.c_bool),
                ('identity', ctypes.c_int), ('identity_need', ctypes.c_int),
                ('identity_users', ctypes.POINTER(Text)), ('identity_user_count', ctypes.c_size_t),
                ('recording_beside_strangers', ctypes.c_bool), ('recording_or_on_behalf_of', ctypes.c_bool),
                ('patience_ms', ctypes.c_int64), ('mint_ahead_of_ms', ctypes.c_int64),
                ('join_token_url', Text), ('zak_url', Text), ('obf_token_url', Text),
                ('urls_are_configuration', ctypes.c_bool), ('display_name', Text), ('customer_key', Text)]


class Next(ctypes.Structure):
    _fields_ = [('struct_size', ctypes.c_size_t), ('step', ctypes.c_int), ('joins_again', ctypes.c_bool),
                ('wait_ms', ctypes.c_int64)]


class Failed(Exception):
    pass


class Library:
    """Calls of the library that raise, and give strings for its texts."""

    def __init__(self, path):
        self.c = ctypes.CDLL(path)
        for name in ('reason', 'description'):
            getattr(self.c, 'joinpass_error_' + name).restype = Text
        for name in ('recording_token', 'zak', 'display_name', 'vanity_name'):
            getattr(self.c, 'joinpass_pass_' + name).restype = Text
        self.c.joinpass_pass_meeting_number.restype = ctypes.c_uint64
        self.c.joinpass_version.restype = Text

    def call(self, name, *arguments):
        function = getattr(self.c, 'joinpass_' + name)
        function.restype = ctypes.c_void_p
        error = function(*arguments)
        if error:
            reason = self.c.joinpass_error_reason(ctypes.c_void_p(error)).decode()
            self.c.joinpass_error_free(ctypes.c_void_p(error))
            raise Failed(reason)

    def text(self, name, *arguments):
        out = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(out))
        value = ctypes.cast(out, Text).value.decode()
        self.c.joinpass_string_free(out)
        return value

    def ask_pass(self, name, minted):
        value = getattr(self.c, 'joinpass_pass_' + name)(minted)
        return '-' if value is None else value.decode()


def struct(kind, **fields):
    made = kind(**fields)
    made.struct_size = ctypes.sizeof(kind)
    return made


def say(*words):
    print(*words, flush=True)


def others():
    """How many threads there are beside this one. One that has ended may still be shown for a moment."""
    for _ in range(100):
        count = len(os.listdir('/proc/self/task')) - 1
        if count == 0:
            break
        time.sleep(0.05)
    return count


def do(path, origin, ca_file, store, link):
    library = Library(path)
    say('version', library.c.joinpass_version().decode())
    notices = []
    loop = queue.Queue()
    post = Post(lambda _, work, argument: loop.put((work, argument)))
    on_notice = OnNotice(lambda _, name, text: notices.append(name))
    engine = ctypes.c_void_p()
    library.call('engine_open', ctypes.byref(struct(
        Options, store_folder=store, oauth_origin=origin, api_origin=origin, ca_file=ca_file, post=post,
        on_notice=on_notice)), ctypes.byref(engine))
    app_id = library.text('app_create', engine, ctypes.byref(struct(
        App, client_id=b'example-client', client_secret=b'example-secret')))
    url = ctypes.c_void_p()
    library.call('connect_begin', engine, ctypes.byref(struct(
        Connect, app_id=app_id.encode(), redirect_uri=b'http://127.0.0.1:8765/oauth/callback',
        bound_to=b'a cookie')), ctypes.byref(url), None)
    say('consent', ctypes.cast(url, Text).value.decode())
    library.c.joinpass_string_free(url)
    redirected_to = sys.stdin.readline().strip()
    credential = json.loads(library.text('connect_finish', engine, redirected_to.encode(), b'a cookie',
                                         ctypes.c_int64(20000), None))
    say('synced', library.text('directory_sync', engine, credential['id'].encode(), ctypes.c_int64(20000)))

    session = ctypes.c_void_p()
    request = struct(Join, link=link, recording=3, identity=1, display_name=b'Notes')
    library.call('session_begin', engine, ctypes.byref(request), ctypes.byref(session))
    minted = ctypes.c_void_p()
    library.call('session_mint', session, ctypes.c_int64(20000), ctypes.byref(minted))
    say(f'named {library.ask_pass("display_name", minted)}, without number '
        f'{library.ask_pass("vanity_name", minted)}')
    step = struct(Next)
    try:
        library.call('session_report', session, 2, 6, 500, ctypes.byref(step))
    except Failed as reason:
        say(f'told {reason}, joins again: {"yes" if step.joins_again else "no"}')
    library.c.joinpass_pass_free(minted)
    later = []
    done = OnMinted(lambda _, error, minted: later.append((error, minted)))
    library.call('session_mint_async', session, ctypes.c_int64(20000), done, None)
    while not later:
        work, argument = loop.get()
        Work(work)(argument)
    error, value = later[0]
    if error:
        raise Failed('an asynchronous mint')
    minted = ctypes.c_void_p(value)
    say('redeem', library.c.joinpass_pass_meeting_number(minted), library.ask_pass('recording_token', minted),
        library.ask_pass('zak', minted))
    if sys.stdin.readline() != 'joined\n':
        raise Failed('to redeem')
    library.call('session_report', session, 2, 3, 0, ctypes.byref(step))
    say('step', 'start_recording' if step.step == 1 else '?')
    library.c.joinpass_pass_free(minted)
    library.c.joinpass_session_free(session)

    request.link = b'https://us02web.zoom.us/j/81960402731'
    library.call('session_begin', engine, ctypes.byref(request), ctypes.byref(session))
    try:
        library.call('session_mint', session, ctypes.c_int64(20000), ctypes.byref(minted))
    except Failed as reason:
        say('refused', reason)
    library.c.joinpass_session_free(session)
    say('passes', library.text('engine_pass_log', engine, 10))
    library.call('engine_close', engine, ctypes.c_int64(20000))
    library.c.joinpass_engine_free(engine)
    say('threads of no engine', others())
    if not notices:
        raise Failed('to be told of the new store')
    return library.c._handle


def main(path, *arguments):
    handle = do(path, *[argument.encode() for argument in arguments])
    # Nothing of it is used any more: closed and loaded again, with the store that is there.
    _ctypes.dlclose(handle)
    for _ in range(3):
        library = Library(path)
        engine = ctypes.c_void_p()
        library.call('engine_open', ctypes.byref(struct(Options, store_folder=arguments[2].encode())),
                     ctypes.byref(engine))
        apps = json.loads(library.text('app_list', engine))
        if len(apps) != 1 or apps[0]['client_id'] != 'example-client':
            raise Failed('to find the app again')
        library.c.joinpass_engine_free(engine)
        _ctypes.dlclose(library.c._handle)
    say('closed and opened 4 times, threads', others())


if __name__ == '__main__':
    sys.dont_write_bytecode = True
    main(*sys.argv[1:])
