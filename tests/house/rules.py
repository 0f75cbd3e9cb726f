"""The rules of the tree, as pure functions from {path: text} to problems."""

import fnmatch
import re

import source

# A layer includes only what stands above it here.
LAYERS = ('base', 'crypto', 'message', 'zoom', 'http', 'store', 'service', 'limits', 'oauth',
          'directory', 'join', 'engine', 'keeper')

# Whose headers may name Asio and Beast; nobody else's file may reach one.
ASIO_LAYERS = ('http',)

# What the public face may show of Abseil.
PUBLIC_ABSEIL = ('absl/functional/', 'absl/status/', 'absl/strings/', 'absl/time/', 'absl/types/')

# What a header of its own kind may show besides.
PUBLIC_BESIDES = {'joinpass/glib.h': ('glib.h',),
                  'joinpass/joinpass_c.h': ('stdbool.h', 'stddef.h', 'stdint.h')}

# What fake_zoom shares with the library: base, and the public headers that base implements.
FAKE_ZOOM_MAY = ('base/', 'fake_zoom/', 'support/', 'joinpass/export.h', 'joinpass/reason.h',
                 'joinpass/secret.h', 'joinpass/time.h')

# What only a shell may name, by the word that tests/house/shells grants it with:
# patterns of included names, and of code.
POWERS = {
    'network': (r'boost/(asio|beast)\b|openssl/ssl\.h|sys/socket\.h|sys/un\.h|netdb\.h|netinet/'
                r'|arpa/inet\.h|poll\.h|sys/epoll\.h',
                r'\bboost::(asio|beast)\b|\basio::'),
    'threads': (r'thread|stop_token|future|condition_variable|pthread\.h',
                r'\bstd::j?thread\b|\bstd::async\b|\bpthread_\w+'),
    'files': (r'fstream|filesystem|fcntl\.h|unistd\.h|sys/(stat|file|mman)\.h|dirent\.h',
              r'\bstd::filesystem\b|\bstd::[io]?fstream\b|\bf(re)?open\s*\('),
    'clock': (r'absl/time/clock\.h',
              r'\babsl::Now\b|_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\btime\s*\(\s*(0|NULL|nullptr)\s*\)'
              r'|\bSystemClock\s*\(|(?<![.>\w])(joinpass::)?SteadyNow\s*\(\s*\)(?!\s*(override|=))'),
    'environment': (r'$^', r'\b(secure_)?getenv\b|\bsetenv\b|\benviron\b'),
    'database': (r'sqlite3\.h|libpq-fe\.h', r'\bsqlite3_\w+'),
    'randomness': (r'random|sys/random\.h|openssl/rand\.h',
                   r'\bstd::random_device\b|\bgetrandom\b|\bgetentropy\b|\bRAND_\w*bytes\b|\bSystemRandom\s*\('),
}

# What nobody below lib/ may name.
NEVER = {
    'prints': (r'iostream|print', r'\bstd::(cout|cerr|clog)\b|\bv?f?printf\s*\(|\bf?puts\s*\(|\bputchar\s*\(|\bperror\s*\('),
    'sleeps': (r'$^', r'\bsleep_(for|until)\b|\bSleepFor\b|(?<!\w)u?sleep\s*\(|\bnanosleep\s*\('),
    'uses absl::Mutex': (r'absl/synchronization/\S+', r'\babsl::(Mutex|MutexLock|CondVar|Notification)\b'),
    'uses absl/log': (r'absl/(base/internal/raw_logging|log/\S+)\.?h?', r'\bABSL_(RAW_)?LOG\b'),
    'uses what GCC 12 or clang 14 lacks': (r'format|expected|source_location|ranges',
                                          r'\bstd::(format|expected|source_location|views)\b'),
}


def names(text, powers):
    """Which of `powers` does `text` need? {power: what gave it away}."""
    found = {}
    for power, (header, word) in powers.items():
        for _, name in source.includes(text):
            if re.fullmatch(f'(?:{header}).*' if '/' in name else f'(?:{header})', name):
                found[power] = name
        match = re.search(word, source.code(text))
        if match:
            found[power] = match.group().strip()
    return found


def layer_order(tree):
    problems = []
    for path, text in tree.items():
        layer = source.layer_of(path)
        if layer is None:
            continue
        if layer not in LAYERS:
            problems.append(f'{path}: {layer} is no layer of the design')
            continue
        for quote, name in source.includes(text):
            other = name.split('/')[0]
            if quote == '<' or other in ('absl', 'joinpass'):
                continue
            if other not in LAYERS:
                problems.append(f'{path}: includes {name}, which is of no layer')
            elif LAYERS.index(other) > LAYERS.index(layer):
                problems.append(f'{path}: {layer} may not include {name}: {other} stands below it')
    return problems


def reaches_asio(tree):
    """Headers that name Asio or Beast outside their layers, and files that reach one that does."""
    problems = []
    for path, text in tree.items():
        if not path.startswith(('lib/', 'include/')) or source.layer_of(path) in ASIO_LAYERS:
            continue
        if path.endswith('.h') and 'network' in names(text, POWERS):
            problems.append(f'{path}: a header that names {names(text, POWERS)["network"]}')
        for chain in chains(tree, path):
            if source.layer_of(chain[-1]) in ASIO_LAYERS and names_asio(tree[chain[-1]]):
                problems.append(f'{path}: reaches Asio through {" → ".join(chain[1:])}')
    return problems


def names_asio(text):
    return any(name.startswith(('boost/asio', 'boost/beast')) for _, name in source.includes(text))


def chains(tree, path):
    """Every header of the tree that `path` includes, each once, with the way to it."""
    seen = {path}
    todo = [[path]]
    while todo:
        chain = todo.pop()
        for _, name in source.includes(tree[chain[-1]]):
            for found in (f'lib/{name}', f'include/{name}'):
                if found in tree and found not in seen:
                    seen.add(found)
                    todo.append(chain + [found])
                    yield chain + [found]


def is_public(path):
    return path.startswith('include/') or '/include/joinpass/' in path


def public_face(tree):
    problems = []
    for path, text in tree.items():
        if not is_public(path):
            continue
        for quote, name in source.includes(text):
            standard = quote == '<' and '/' not in name and '.' not in name
            besides = name in PUBLIC_BESIDES.get(path.split('/include/')[-1], ())
            if not (standard or besides or name.startswith(('joinpass/',) + PUBLIC_ABSEIL)):
                problems.append(f'{path}: includes {name}; a public header shows std, Abseil and joinpass only')
        problems += [f'{path}: {what} ({word})' for what, word in names(text, NEVER).items()]
    return problems


def fake_zoom_alone(tree):
    return [f'{path}: includes {name}; fake_zoom reads Zoom\'s rules by itself'
            for path, text in tree.items() if path.startswith('tests/fake_zoom/')
            for quote, name in source.includes(text)
            if quote == '"' and name.split('/')[0] in LAYERS + ('joinpass',)
            and not name.startswith(FAKE_ZOOM_MAY)]


def read_shells(text):
    """[(pattern, {powers})] of tests/house/shells."""
    lines = [line.split('#')[0].split() for line in text.splitlines()]
    return [(words[0], set(words[1:])) for words in lines if words]


def decisions_do_no_io(tree, shells):
    """`shells` is what read_shells() gives; a line that grants nothing used is a problem, too."""
    problems = []
    unused = {(pattern, power) for pattern, powers in shells for power in powers}
    for path, text in tree.items():
        if not path.startswith('lib/'):
            continue
        for power, word in names(text, POWERS).items():
            grants = {(pattern, power) for pattern, powers in shells
                      if power in powers and fnmatch.fnmatchcase(path, pattern)}
            unused -= grants
            if not grants:
                problems.append(f'{path}: names {word}, and tests/house/shells grants it no {power}')
    problems += [f'tests/house/shells: {pattern} needs no {power}' for pattern, power in sorted(unused)]
    return problems


def never_in_lib(tree):
    return [f'{path}: {what} ({word})'
            for path, text in tree.items() if path.startswith('lib/')
            for what, word in names(text, NEVER).items()]


def guards(tree):
    problems = []
    for path, text in tree.items():
        if not path.endswith('.h'):
            continue
        short = path.split('/include/')[-1].removeprefix('include/')
        wanted = 'JOINPASS_' + re.sub(r'\W', '_', short.removeprefix('joinpass/')).upper() + '_'
        if not re.search(rf'^#ifndef {wanted}\n#define {wanted}$', text, re.MULTILINE):
            problems.append(f'{path}: its guard is not {wanted}')
    return problems
