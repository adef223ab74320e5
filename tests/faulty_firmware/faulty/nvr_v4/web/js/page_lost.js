/* SECURITY without its tab Security Status. */
(function () {
    'use strict';

    var page = Nvr.security.page;

    Nvr.security.page = function () {
        var tabs = page();
        tabs.items = tabs.items.filter(function (tab) { return tab.itemId !== 'status'; });
        return tabs;
    };
}());
