'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { it } = require('node:test');
const { alarms, metrics } = require('./alarms');
const { ROOT } = require('./serverless');

const PAGE = fs.readFileSync(path.join(ROOT, 'docs/costs.md'), 'utf8');

/** The dollars of a row of docs/costs.md, by the text of its first cell. */
function row(name) {
  const line = PAGE.split('\n').find((one) => one.startsWith(`| ${name} |`)) ?? assert.fail(`docs/costs.md has no row "${name}"`);
  return [...line.matchAll(/\$(\d+\.\d\d)/g)].map(([, dollars]) => Number(dollars));
}

/** The rows of the table whose head begins with `name`, without its last one, the sum. */
function column(name, index) {
  const [, body] = PAGE.split(`\n| \`${name}\` |`);
  const rows = body.split('\n\n')[0].split('\n').slice(2, -1);
  return rows.map((line) => Number(/\$(\d+\.\d\d)/.exec(line.split('|')[index + 2])?.[1] ?? 0));
}

const cents = (dollars) => Math.round(dollars * 100);
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/** Tests of what docs/costs.md says, and of the budget that rests on it. `template` returns the resources of a stage. */
function costs(template) {
  it('cost what docs/costs.md adds up, and prod\'s budget does not ring before the first booking', () => {
    const together = row('**together**');
    for (const index of [0, 1]) assert.equal(cents(sum(column('prod', index))), cents(together[index]));
    const { BudgetLimit, FilterExpression, CostFilters } = template('prod').Budget.Properties.Budget;
    assert.ok(0.8 * BudgetLimit.Amount > Math.max(...together) + 20, 'and not with the first million of bookings');
    // Filters by tags leave out what has no tags, and count nothing until the tags are activated.
    assert.deepEqual([FilterExpression, CostFilters], [undefined, undefined]);
  });

  it('have as many alarms and metrics as docs/costs.md counts', () => {
    // https://aws.amazon.com/cloudwatch/pricing/: for each metric that an alarm watches; an anomaly's counts as three.
    const price = ([, alarm]) => {
      if (alarm.Type.endsWith('CompositeAlarm')) return 50;
      const anomaly = JSON.stringify(alarm.Properties.Metrics ?? '').includes('ANOMALY_DETECTION_BAND');
      return anomaly ? 30 : 10 * metrics(alarm).length;
    };
    const dollars = (stage) => sum(alarms(template(stage)).map(price));
    assert.equal(dollars('staging'), cents(row('**`alarms: all`**')[0]));
    assert.equal(dollars('test'), cents(row('`alarms: events`')[0]));
    assert.equal(dollars('prod') - dollars('staging'), cents(row('a gradual shift')[0]));
  });
}

module.exports = { costs };
