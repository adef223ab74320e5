/* NETWORK stands at the end of the SETTING menu. */
(function () {
    'use strict';

    var show = Nvr.desktop.show;

    Nvr.desktop.show = function () {
        show();
        var menu = Ext.ComponentQuery.query('button[cls=nvr-setting]')[0].menu;
        menu.move(menu.items.findIndexBy(function (item) { return item.iconCls === 'nvr-icon-network'; }), menu.items.getCount() - 1);
    };
}());
