'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./serverless');

const RUNBOOK = fs.readFileSync(path.join(ROOT, 'docs/runbook.md'), 'utf8');

/** The runbook's sections on alarms, by their GitHub anchors. */
function sections() {
  return [...RUNBOOK.split('\n## Alarms\n')[1].matchAll(/^### (\w+)$/gm)].map(([, name]) => name.toLowerCase());
}

/** All alarms of a template by their logical ids. */
function alarms(resources) {
  return Object.entries(resources).filter(([, { Type }]) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type));
}

/** Alarms that notify somebody. The others are windows of composite alarms. */
const ringing = (resources) => alarms(resources).filter(([, { Properties }]) => Properties.AlarmActions?.length);

/** The metrics of an alarm: `[namespace, name, names of dimensions]`. */
function metrics({ Properties }) {
  const all = Properties.Metrics ? Properties.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) : [Properties];
  return all.filter(({ MetricName }) => MetricName).map((m) => [m.Namespace, m.MetricName, m.Dimensions.map(({ Name }) => Name)]);
}

/** The dashboard's widgets, with resource names in place of values that only AWS knows. */
function widgets(resources) {
  const body = resources.Dashboard.Properties.DashboardBody['Fn::Sub'];
  return JSON.parse(body.replace(/\$\{([\w:.]+)\}/g, '$1')).widgets;
}

/** The metrics that the dashboard shows, including those of `SEARCH` expressions, in the form of `metrics`. */
function shown(resources) {
  const lines = widgets(resources).filter(({ type }) => type === 'metric').flatMap(({ properties }) => properties.metrics);
  return lines.flatMap((line) => {
    const expression = line[0].expression;
    if (!expression) return [[line[0], line[1], line.slice(2).filter((part, at) => at % 2 === 0 && typeof part === 'string')]];
    const search = /SEARCH\('\{([\w/]+),([\w,]+)\} (?:MetricName="(\w+)"|(\w+))/.exec(expression);
    if (!search) return [];
    // A search for a part of a name finds all metrics whose names contain it.
    const names = search[3] ? [search[3]] : [`Read${search[4]}`, `Write${search[4]}`];
    return names.map((name) => [search[1], name, search[2].split(',')]);
  });
}

module.exports = { sections, alarms, ringing, metrics, widgets, shown };
