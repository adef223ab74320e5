/* A page AI in the SETTING menu. */
(function () {
    'use strict';

    var show = Nvr.desktop.show;
    var settings = Nvr.settings.page;

    Nvr.settings.page = function (name) {
        return name === 'ai' ? Nvr.widgets.tabs([Nvr.widgets.page('menu.ai', [])], { cls: 'nvr-tabs' }) : settings(name);
    };

    Nvr.desktop.show = function () {
        show();
        Ext.ComponentQuery.query('button[cls=nvr-setting]')[0].menu.add({
            text: Nvr.text.span('menu.ai'),
            iconCls: 'nvr-icon-event',
            handler: function () { Nvr.desktop.open('ai'); }
        });
    };
}());
