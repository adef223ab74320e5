/* Mobile Push is a switch now, no checkbox. */
(function () {
    'use strict';

    var page = Nvr.service.page;

    Nvr.service.page = function () {
        var tabs = page();
        var row = tabs.items[0].items.filter(function (one) { return one.items && one.items[0].itemId === 'MobilePush'; })[0];
        row.items[0] = {
            xtype: 'component',
            width: 240,
            cls: 'x-field',
            html: '<label class="x-form-item-label nvr-switch-label" id="push-label">' + Nvr.text.span('service.MobilePush') + '</label>' +
                '<button class="nvr-switch" role="switch" aria-checked="true" aria-labelledby="push-label"><i></i></button>'
        };
        return tabs;
    };
}());
