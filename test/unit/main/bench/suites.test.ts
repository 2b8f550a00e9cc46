import { describe, expect, it } from 'vitest';
import { findModel } from '../../../../core/models/zoo.ts';
import { findSuite, requireModel, suites } from '../../../../main/bench/suites.ts';
import { apiErrorOf } from '../../../fixtures/api/api-error.ts';

describe.each(suites)('the suite $name', ({ name, models, budgetSeconds, description }) => {
  it('holds models of the zoo, each once', () => {
    expect(models.filter((model) => findModel(model) === undefined)).toEqual([]);
    expect(new Set(models).size).toBe(models.length);
    expect(models.length).toBeGreaterThan(0);
  });

  it('is found by its name, says what it is, and has time for it', () => {
    expect(findSuite(name).models).toBe(models);
    expect(description).toMatch(/\.$/);
    // A second and a half a visit: a budget below that could not hold one round.
    expect(budgetSeconds).toBeGreaterThan(1.5 * models.length);
  });
});

it('there is one quick suite, of one network a family', () => {
  const families = findSuite('quick').models.map((name) => requireModel(name).family);
  expect(new Set(families).size).toBe(families.length);
  expect(suites[0]?.name).toBe('quick');
});

it('lists the suites to someone who asks for another', () => {
  expect(apiErrorOf(() => findSuite('quik'))).toMatchObject({
    code: 'notFound',
    message: "There is no suite called 'quik'.",
    hint: 'The suites are: quick, paper, standard.',
  });
});

describe('a model that there is not', () => {
  it.each([
    ['resnet5', /^Did you mean .*resnet50.*\?/],
    ['RESNET50', /^Did you mean resnet50,/],
    ['convfirst-pico', /^Did you mean convfirst_pico,/],
    ['quick', /^quick is a suite: --suite quick\.$/],
    ['standart', /^standard is a suite: --suite standard\.$/],
    ['something-quite-different', /^plimsoll models lists them all\.$/],
    ['', /^plimsoll models lists them all\.$/],
  ])("called '%s' is answered with what may have been meant", (name, hint) => {
    const error = apiErrorOf(() => requireModel(name));
    expect(error).toMatchObject({ code: 'notFound', message: `There is no model called '${name}'.` });
    expect(error.hint).toMatch(hint);
  });
});

it('a model that there is is not taken for another', () => {
  for (const name of suites.flatMap(({ models }) => models)) expect(requireModel(name).name).toBe(name);
});
