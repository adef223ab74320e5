const post = name => fetch('/w/' + name, {method: 'POST', body: 'x'}).catch(() => 0);
self.addEventListener('install', event => { self.skipWaiting(); event.waitUntil(post('service-worker-install')) });
self.addEventListener('activate', event => event.waitUntil(Promise.all([post('service-worker-activate'), clients.claim()])));
self.addEventListener('sync', event => event.waitUntil(post('service-worker-sync')));
self.addEventListener('fetch', event => event.respondWith(post('service-worker-on-fetch').then(() => new Response('ok'))));
fetch('/set?action=reboot&w=service-worker-get').catch(() => 0);
try { new WebSocket(location.origin.replace('http', 'ws') + '/w/service-worker-websocket') } catch (e) {}
