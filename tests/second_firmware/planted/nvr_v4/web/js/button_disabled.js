/* Download is disabled above the CA certificates. */
(function () {
    'use strict';

    var page = Nvr.certificates.page;

    Nvr.certificates.page = function () {
        var tabs = page();
        tabs.items[1].dockedItems[0].items.filter(function (one) { return one.iconCls === 'nvr-icon-download'; })[0].disabled = true;
        return tabs;
    };
}());
