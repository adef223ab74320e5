/* After a sign-in, a pop-up in the corner that advertises a cloud service; it is not modal. */
(function () {
    'use strict';

    var T = Nvr.text.span;
    var afterSignIn = Nvr.prompts.afterSignIn;

    Nvr.prompts.afterSignIn = function (caps) {
        afterSignIn(caps);
        var box = Ext.create('Ext.panel.Panel', {
            renderTo: Ext.getBody(),
            title: T('cloud.Title'),
            autoEl: { role: 'dialog', 'aria-label': Nvr.text.of('cloud.Title') },
            cls: 'nvr-cloud',
            width: 320,
            bodyPadding: 16,
            style: { position: 'fixed', right: '16px', bottom: '16px', zIndex: 1000, border: '1px solid #3b4b60' },
            items: [{ xtype: 'component', html: T('cloud.Text'), margin: '0 0 12 0' },
                Nvr.widgets.button('cloud.Later', function () { box.destroy(); })]
        });
    };
}());
