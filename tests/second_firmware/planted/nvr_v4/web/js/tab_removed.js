/* SECURITY without its tab A/V Encryption. */
(function () {
    'use strict';

    var page = Nvr.security.page;

    Nvr.security.page = function () {
        var tabs = page();
        tabs.items = tabs.items.filter(function (tab) { return tab.itemId !== 'encryption'; });
        return tabs;
    };
}());
