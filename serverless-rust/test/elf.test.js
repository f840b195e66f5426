'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { checkBinary, glibc } = require('../lib/elf');
const { elf } = require('./support/elf');

const check = (content, rest) => checkBinary(content, { binary: 'one', architecture: 'x86_64', runtime: 'provided.al2023', ...rest });

describe('an executable', () => {
  it('may need what the runtime has', () => {
    assert.equal(check(elf('x86_64', { name: 'GLIBC_2.17' }, { name: 'GLIBC_2.34' })), undefined);
    assert.equal(check(elf('arm64', { name: 'GLIBC_2.34' }), { architecture: 'arm64' }), undefined);
  });

  it('may be static, and need no glibc', () => assert.equal(check(elf('x86_64')), undefined));

  it('needs the newest of the versions it names', () => {
    assert.equal(glibc(elf('x86_64', { name: 'GLIBC_2.9' }, { name: 'GLIBC_2.28' }, { name: 'GCC_4.2.0' })), '2.28');
  });

  it('can do without a version that only weak symbols name', () => {
    assert.equal(check(elf('x86_64', { name: 'GLIBC_2.34' }, { name: 'GLIBC_2.39', weak: true })), undefined);
  });

  it('is refused when it needs a newer glibc, by number and not by text', () => {
    for (const version of ['2.35', '2.100']) {
      assert.match(check(elf('x86_64', { name: `GLIBC_${version}` })), /needs glibc .*, and provided\.al2023 has 2\.34: .*cargo-lambda/);
    }
    assert.match(check(elf('x86_64', { name: 'GLIBC_2.34' }), { runtime: 'provided.al2' }), /provided\.al2 has 2\.26/);
  });

  it('is refused when it is for another machine', () => {
    assert.match(check(elf('x86_64'), { architecture: 'arm64' }), /not built for arm64/);
    assert.match(check(Buffer.from('#!/bin/sh\n'.repeat(10))), /no 64-bit Linux executable/);
    assert.match(check(Buffer.alloc(0)), /no 64-bit Linux executable/);
  });

  it('of this machine is read like any other', { skip: process.platform !== 'linux' }, () => {
    assert.match(glibc(require('node:fs').readFileSync(process.execPath)) ?? '2.0', /^2\.\d+/);
  });
});
