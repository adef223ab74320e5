/* Create stands above the CA certificates now, not above the recorder's own. */
(function () {
    'use strict';

    var page = Nvr.certificates.page;

    Nvr.certificates.page = function () {
        var tabs = page();
        var bars = tabs.items.map(function (list) { return list.dockedItems[0]; });
        bars[1].items.unshift(bars[0].items.shift());
        return tabs;
    };
}());
