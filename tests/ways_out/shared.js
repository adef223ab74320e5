fetch('/w/shared-worker-fetch', {method: 'POST', body: 'x'});
fetch('/set?action=reboot&w=shared-worker-get');
fetch('/w/shared-worker-keepalive', {method: 'POST', body: 'x', keepalive: true});
try { new WebSocket(location.origin.replace('http', 'ws') + '/w/shared-worker-websocket') } catch (e) {}
try { new Worker('/shared_nested.js') } catch (e) {}
