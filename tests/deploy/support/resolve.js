'use strict';

const PSEUDO = { 'AWS::Partition': 'aws', 'AWS::AccountId': '123456789012', 'AWS::Region': 'eu-central-1', 'AWS::NoValue': undefined };

/**
 * Resolves the intrinsic functions of a property, as CloudFormation would. `ids` has the physical ids of resources, `attributes` their
 * attributes as `Id.Attribute`, and `conditions` those that hold.
 */
function resolver({ ids, attributes, conditions = [] }) {
  const known = (map, key) => map[key] ?? missing(key);
  const missing = (key) => {
    throw new Error(`${key} is not known`);
  };
  const reference = (id) => (id in PSEUDO ? PSEUDO[id] : known(ids, id));
  const functions = {
    'Ref': reference,
    'Fn::GetAtt': (target) => known(attributes, [target].flat().join('.')),
    'Fn::Sub': (text) => text.replace(/\$\{([\w:.]+)\}/g, (_, name) => (name.includes('.') ? known(attributes, name) : reference(name))),
    'Fn::Join': ([separator, parts]) => parts.map(resolve).join(separator),
    'Fn::If': ([condition, yes, no]) => resolve(conditions.includes(condition) ? yes : no),
  };
  function resolve(value) {
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== 'object') return value;
    const [[name, argument] = [], ...more] = Object.entries(value);
    if (!more.length && functions[name]) return functions[name](argument);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
  }
  return resolve;
}

module.exports = { resolver };
