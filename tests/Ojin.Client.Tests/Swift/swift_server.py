#!/usr/bin/python3
"""OpenStack Swift with its S3 API in one process on the loopback: proxy, account, container and object server.

Everything is in a new temporary folder and on ports that the system chooses. Prints one line of JSON when it
answers, and ends, with its folder, when its standard input does. With --probe it only tells why it could not
start (one line on standard output), or nothing.
"""
import json
import os
import shutil
import sys
import tempfile
import threading
import time

ACCESS_KEY, SECRET_KEY = 'test:tester', 'swift-test-secret'

COMMON = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = ERROR
log_custom_handlers = __main__.log_to_stderr
# A loaded machine is slow, not broken.
conn_timeout = 60
node_timeout = 300
recoverable_node_timeout = 300
client_timeout = 300
"""

STORAGE = COMMON + """
[app:main]
use = egg:swift#{name}
replication_server = false
"""

PROXY = COMMON + """
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats bulk s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret} .admin
[filter:slo]
use = egg:swift#slo
"""


class Cache:
    """What the proxy otherwise asks a memcached for; the one user of this Swift is one process."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        kept = self.kept.get(key)
        if not kept or kept[1] and kept[1] < time.monotonic():
            return None
        return json.loads(kept[0])

    def set(self, key, value, time=0, **_):
        self.kept[key] = (json.dumps(value), self.until(time))

    def incr(self, key, delta=1, time=0, **_):
        value = max(0, (self.get(key) or 0) + delta)
        self.set(key, value, time)
        return value

    def decr(self, key, delta=1, time=0, **_):
        return self.incr(key, -delta, time)

    def delete(self, key, *_, **__):
        self.kept.pop(key, None)

    def set_multi(self, mapping, server_key, time=0, **_):
        for key, value in mapping.items():
            self.set('%s/%s' % (server_key, key), value, time)

    def get_multi(self, keys, server_key, **_):
        return [self.get('%s/%s' % (server_key, key)) for key in keys]

    @staticmethod
    def until(seconds):
        return time.monotonic() + seconds if seconds else None


def log_to_stderr(conf, name, log_to_console, log_route, fmt, logger, adapted_logger):
    import logging
    # The machine's own log has nothing to do with it.
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter('%(name)s: %(message)s'))
    logger.addHandler(handler)


def probe():
    with tempfile.NamedTemporaryFile() as file:
        try:
            os.setxattr(file.name, 'user.swift', b'x')
        except OSError as error:
            return 'the temporary folder keeps no extended attributes (%s)' % error
    try:
        import swift.account.server, swift.container.server, swift.obj.server, swift.proxy.server  # noqa: E401,F401
        import swift.common.middleware.s3api.s3api  # noqa: F401
    except (ImportError, SystemExit) as error:
        return 'it does not load (%s)' % error
    return None


def build_ring(folder, name, port):
    from swift.common.ring import RingBuilder
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1.0, 'ip': '127.0.0.1', 'port': port, 'device': 'd1'})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, name + '.ring.gz'))


def with_cache(app):
    cache = Cache()

    def call(env, start_response):
        env['swift.cache'] = cache
        return app(env, start_response)
    return call


def serve(folder):
    import eventlet
    import eventlet.event
    import eventlet.patcher
    import eventlet.wsgi
    eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True)
    from swift.common import utils
    with open(os.path.join(folder, 'swift.conf'), 'w') as conf:
        conf.write('[swift-hash]\nswift_hash_path_suffix = loopback\n')
    utils.set_swift_dir(folder)
    from swift.common import wsgi
    from swift.common.storage_policy import reload_storage_policies
    utils.validate_hash_conf()
    reload_storage_policies()
    os.makedirs(os.path.join(folder, 'devices', 'd1'))

    # The rings name the ports, so all of them listen before the first application loads.
    names = ['account', 'container', 'object', 'proxy']
    sockets = {name: eventlet.listen(('127.0.0.1', 0), backlog=256) for name in names}
    for name in names[:3]:
        build_ring(folder, name, sockets[name].getsockname()[1])
    for name in names:
        path = os.path.join(folder, name + '-server.conf')
        with open(path, 'w') as conf:
            conf.write((PROXY if name == 'proxy' else STORAGE).format(folder=folder, name=name, secret=SECRET_KEY))
        app = wsgi.loadapp(path, global_conf={'log_name': name})
        if name == 'proxy':
            app = with_cache(app)
        eventlet.spawn(eventlet.wsgi.server, sockets[name], app, utils.NullLogger(), protocol=wsgi.SwiftHttpProtocol,
                       socket_timeout=300, capitalize_response_headers=False, custom_pool=utils.eventlet.GreenPool(256))
    print(json.dumps({
        'endpoint': 'http://127.0.0.1:%d' % sockets['proxy'].getsockname()[1],
        'accessKey': ACCESS_KEY, 'secretKey': SECRET_KEY, 'region': 'us-east-1',
    }), flush=True)

    eventlet.event.Event().wait()


def end_with_input(folder):
    # A thread of the system's, begun before eventlet takes over: nothing the servers do keeps it from ending them.
    while os.read(0, 256):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == '__main__':
    if '--probe' in sys.argv:
        reason = probe()
        if reason:
            print(reason)
        sys.exit(0)
    place = tempfile.mkdtemp(prefix='ojin-swift-')
    threading.Thread(target=end_with_input, args=(place,), daemon=True).start()
    try:
        serve(place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
