const socket = name => new WebSocket(location.origin.replace('http', 'ws') + '/w/' + name);
fetch('/w/worker-fetch', {method: 'POST', body: 'x'});
fetch('/set?action=reboot&w=worker-get');
try { new EventSource('/set?action=reboot&w=worker-eventsource') } catch (e) {}
try { socket('worker-websocket') } catch (e) {}
try { const x = new XMLHttpRequest(); x.open('POST', '/w/worker-xhr', false); x.send('x') } catch (e) {}
try { new Worker('/nested.js') } catch (e) {}
try { importScripts('/set?action=reboot&w=worker-import') } catch (e) {}
