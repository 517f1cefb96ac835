#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// browser.mjs URL [NAME=ADDRESS...]: opens the page in headless Chromium and waits until its title is "done".
// HIDE_ADDRESSES=no: pages may know the host's addresses (WebRTC), as with leave to use the camera.
import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';

const { chromium } = createRequire(`${process.env.LAB_NODE}/x.js`)('playwright-core');
const [url] = process.argv.slice(2);
const profile = `${process.env.LAB}/chromium.${process.pid}`;
const off = ['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', ...(process.env.HIDE_ADDRESSES === 'no' ? ['WebRtcHideLocalIpsWithMdns'] : [])];
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium', headless: true, ignoreHTTPSErrors: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--disable-features=${off.join()}`],
});
try {
  const page = await browser.newPage();
  page.on('console', (line) => console.log(line.text()));
  await page.goto(url);
  await page.waitForFunction(() => document.title === 'done', null, { timeout: 30000 });
  await page.waitForTimeout(300);
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
