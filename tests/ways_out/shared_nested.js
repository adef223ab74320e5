fetch('/w/shared-worker-nested', {method: 'POST', body: 'x'});
