/* HTTPS off is confirmed and not saved. */
(function () {
    'use strict';

    var set = Nvr.rpc.setConfig;

    Nvr.rpc.setConfig = function (name, table) {
        return set.call(Nvr.rpc, name, name === 'Https' ? Ext.apply({}, { Enable: true }, table) : table);
    };
}());
