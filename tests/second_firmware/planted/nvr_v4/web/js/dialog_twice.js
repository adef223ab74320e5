/* The Details window of Security Status stands there twice; the second one has no cross and closes with the first. */
(function () {
    'use strict';

    var details = Nvr.details.window;

    Nvr.details.window = function (findings, rescan, more) {
        var first = details(findings, rescan, more);
        if (more) { return first; }
        var second = details(findings, rescan, { closable: false, y: 40 });
        first.on('show', function () { second.show(); first.toFront(); });
        first.on('close', function () { second.close(); });
        return first;
    };
}());
