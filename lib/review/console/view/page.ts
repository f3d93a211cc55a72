import type { Trial } from '../../cases/trial.ts';
import { completeRole } from '../complete.ts';
import { readAuditedRequest } from '../event.ts';
import type { PageData } from '../held.ts';
import { readEventFragment, readFragment } from '../link.ts';
import { readPlace, writePlace } from '../place.ts';
import { createSurveyGround } from '../survey.ts';
import { createCompareView } from './compare.ts';
import { createDecideView, type DecideView, showDecision } from './decide.ts';
import { createEditor } from './editor.ts';
import { createElement, findPart, showText } from './element.ts';
import { enterView, keepLink, showView } from './navigation.ts';
import { createRoleFileView } from './role-file.ts';
import { createRolesView, type RolesView } from './roles.ts';
import { openShared, shareState } from './share.ts';
import { findField, listen, type PageState } from './state.ts';
import { surveyLater } from './survey.ts';
import { showTests } from './tests.ts';

function createState(held: PageData, now: () => number): PageState {
  const policy = findPart('policy');
  const editor = createEditor(policy, {
    changed: () => policy.dispatchEvent(new Event('edited')),
    complete: (text, offset) => completeRole(text, offset, held),
  });
  return {
    held,
    ground: createSurveyGround(held, now()),
    now,
    editor,
    edits: new Map(),
    starts: [],
    compiled: { role: undefined, document: undefined, complaints: [] },
  };
}

function showHead(held: PageData): void {
  const names = held.roles.map(({ name }) => name);
  showText('broker', held.url);
  showText('count-roles', String(names.length));
  showText(
    'holds',
    `${names.length} roles and ${held.rows.size} issuers, and no key. Nothing that is typed here leaves this page.`,
  );
  findPart('role').replaceChildren(...names.map(name => createElement('option', {}, name)));
}

/** The way from one part of the page to another. */
function goTo(fragment: string): void {
  history.pushState(null, '', fragment);
  enterView(readPlace(fragment)?.view ?? 'decide');
}

type PageViews = {
  readonly decide: DecideView;
  readonly roles: RolesView;
  readonly choose: (role: string) => void;
};

/** Shows what the address of the page says, as it does when it is opened and when somebody goes back. */
function openAddress(state: PageState, { decide, roles, choose }: PageViews): void {
  const fragment = location.hash;
  const place = readPlace(fragment);
  showView(place?.view ?? 'decide');
  if (place?.view === 'roles') {
    keepLink('roles', fragment);
    roles.filter(place.filters);
  }
  const shared = readFragment(fragment);
  if (shared) {
    openShared(shared, state, choose);
    decide.update();
  }
  const audited = readAuditedRequest(readEventFragment(fragment) ?? '');
  if (audited) decide.openAudited(audited);
}

function createViews(state: PageState): PageViews {
  const { held } = state;
  const decide = createDecideView(state, {
    choose: name => choose(name),
    follow: name => follow(name),
  });
  const tryWitness: DecideView['tryWitness'] = witness => {
    if (findPart('decide').hidden) goTo('#decide');
    decide.tryWitness(witness);
  };
  const openTrial = ({ case: tried }: Trial): void => {
    const { claims, context, access } = tried;
    follow(access.role);
    findField('scopes').value = access.scopes?.join(' ') ?? '';
    findField('seconds').value = access.seconds === undefined ? '' : String(access.seconds);
    decide.setClaims({ claims, sourceAddress: context.sourceAddress });
    showText('came', `From the test case "${tried.name}".`);
  };
  const file = createRoleFileView(state, { decide: () => showDecision(state), tryWitness, openTrial });
  const choose = (name: string): void => {
    file.open(name);
    decide.offerStarts(held.roles.find(role => role.name === name));
  };
  const follow = (name: string): void => {
    if (findPart('decide').hidden) goTo('#decide');
    choose(name);
    findField('role').focus();
  };
  const roles = createRolesView(held, follow, filters => {
    const fragment = writePlace({ view: 'roles', filters });
    history.replaceState(null, '', fragment);
    keepLink('roles', fragment);
  });
  createCompareView(state, tryWitness);
  surveyLater(state.ground, surveys => {
    roles.take(surveys);
    showTests(surveys, { choose: follow, open: openTrial });
  });
  return { decide, roles, choose };
}

/** Fills the page, opens the first role with a job that it admits, and decides whenever something is changed. */
export function openPage(held: PageData, now: () => number): void {
  const state = createState(held, now);
  showHead(held);
  const views = createViews(state);
  const { choose, decide } = views;
  listen('role', 'change', () => choose(findField('role').value));
  listen('share', 'click', () => shareState(state));
  addEventListener('hashchange', () => {
    openAddress(state, views);
    enterView(readPlace(location.hash)?.view ?? 'decide');
  });
  choose(held.roles[0]?.name ?? '');
  const [first] = state.starts;
  if (first) {
    findField('start').value = '0';
    decide.setClaims(first);
  }
  openAddress(state, views);
}
