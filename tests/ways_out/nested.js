fetch('/w/nested-worker-fetch', {method: 'POST', body: 'x'});
new WebSocket(location.origin.replace('http', 'ws') + '/w/nested-worker-websocket');
