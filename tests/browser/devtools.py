# SPDX-License-Identifier: MIT
# One headless Chromium, driven over its DevTools protocol: pages are loaded from files, and whatever a page asks of a
# network, says on its console or reports as a breach of its policy is noted.
import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time

import websockets

FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
         '--disable-default-apps', '--mute-audio', '--hide-scrollbars', '--disable-dev-shm-usage', 'about:blank']


class Browser:
    """async with Browser() as b: page = await b.page()"""

    async def __aenter__(self):
        self.profile = tempfile.mkdtemp(prefix='portwarden-browser-')
        self.process = subprocess.Popen([shutil.which('chromium') or 'chromium', f'--user-data-dir={self.profile}', *FLAGS],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        port, path = await self._address()
        self.socket = await websockets.connect(f'ws://127.0.0.1:{port}{path}', max_size=None)
        self.waiting, self.pages, self.last = {}, {}, 0
        self.reader = asyncio.ensure_future(self._read())
        return self

    async def _address(self):
        path, until = os.path.join(self.profile, 'DevToolsActivePort'), time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with open(path, encoding='ascii') as f:
                    lines = f.read().split('\n')
                if len(lines) >= 2 and lines[1]:
                    return int(lines[0]), lines[1]
            except FileNotFoundError:
                pass
            await asyncio.sleep(0.05)
        await self.__aexit__()
        raise RuntimeError('Chromium does not answer')

    async def __aexit__(self, *_):
        if hasattr(self, 'socket'):
            self.reader.cancel()
            await self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    async def _read(self):
        async for text in self.socket:
            said = json.loads(text)
            if 'id' in said:
                self.waiting.pop(said['id']).set_result(said)
            elif said.get('sessionId') in self.pages:
                self.pages[said['sessionId']]._event(said['method'], said['params'])

    async def send(self, method, session=None, **params):
        self.last += 1
        answer = self.waiting[self.last] = asyncio.get_event_loop().create_future()
        message = {'id': self.last, 'method': method, 'params': params}
        if session:
            message['sessionId'] = session
        await self.socket.send(json.dumps(message))
        said = await asyncio.wait_for(answer, 60)
        if 'error' in said:
            raise RuntimeError(f'{method}: {said["error"]["message"]}')
        return said['result']

    async def page(self):
        target = (await self.send('Target.createTarget', url='about:blank'))['targetId']
        session = (await self.send('Target.attachToTarget', targetId=target, flatten=True))['sessionId']
        page = self.pages[session] = Page(self, session)
        for domain in ('Page', 'Runtime', 'Network', 'Log', 'Audits'):
            await page.send(domain + '.enable')
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.loaded = None
        self.forget()

    def forget(self):
        self.requests, self.said, self.dialogs = [], [], []

    def _event(self, method, params):
        if method == 'Page.loadEventFired' and self.loaded and not self.loaded.done():
            self.loaded.set_result(True)
        elif method == 'Network.requestWillBeSent':
            self.requests.append(params['request']['url'])
        elif method == 'Runtime.consoleAPICalled':
            self.said.append('console: ' + ' '.join(str(a.get('value', '')) for a in params['args']))
        elif method == 'Runtime.exceptionThrown':
            self.said.append('exception: ' + params['exceptionDetails']['text'])
        elif method == 'Log.entryAdded':
            self.said.append('log: ' + params['entry']['text'])
        elif method == 'Audits.issueAdded':
            self.said.append('issue: ' + params['issue']['code'])
        elif method == 'Page.javascriptDialogOpening':
            self.dialogs.append(params['message'])
            asyncio.ensure_future(self.send('Page.handleJavaScriptDialog', accept=True))

    async def send(self, method, **params):
        return await self.browser.send(method, self.session, **params)

    async def size(self, width, height, dark=False):
        await self.send('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        await self.media(dark=dark)

    async def media(self, kind='', dark=False):
        scheme = {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}
        await self.send('Emulation.setEmulatedMedia', media=kind, features=[scheme])

    async def load(self, path):
        self.forget()
        self.loaded = asyncio.get_event_loop().create_future()
        await self.send('Page.navigate', url='file://' + os.path.abspath(path))
        await asyncio.wait_for(self.loaded, 60)

    async def run(self, script):
        """What the expression gives, as JSON."""
        result = await self.send('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(f'{script}: {result["exceptionDetails"]}')
        return result['result'].get('value')

    async def key(self, name, code=0):
        """Presses and releases a key: 'Tab', 'Enter', ' '."""
        text = {'Enter': '\r', ' ': ' '}.get(name, name if len(name) == 1 else '')
        code = code or {'Tab': 9, 'Enter': 13, ' ': 32}.get(name, ord(name[0]))
        common = {'key': name, 'code': name if len(name) > 1 else '', 'windowsVirtualKeyCode': code}
        await self.send('Input.dispatchKeyEvent', type='keyDown' if text else 'rawKeyDown', text=text, **common)
        await self.send('Input.dispatchKeyEvent', type='keyUp', **common)
