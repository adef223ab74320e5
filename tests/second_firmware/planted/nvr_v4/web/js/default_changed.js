/* RTSP Authentication is Basic at first, no longer Digest. */
(function () {
    'use strict';

    var page = Nvr.service.page;

    Nvr.service.page = function () {
        var tabs = page();
        tabs.items[0].items.filter(function (one) { return one.xtype === 'combobox'; })[0].value = 'Basic';
        return tabs;
    };
}());
