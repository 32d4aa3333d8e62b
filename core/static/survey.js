// A block of the self-scan: saves at every change, and shows the questions one after the other.
// Without this file all questions are there, and the buttons save.

function start(form) {
  const steps = [...form.children].filter((child) => child.matches('[data-question], [data-together]'));
  const refresh = () => {
    showWishes(form);
    showOthers(form);
    showSteps(form, steps);
  };
  refresh();
  for (const area of form.querySelectorAll('textarea')) grow(area);

  const saver = new Saver(form);
  form.addEventListener('change', (event) => {
    if (event.target.matches('[type="radio"], [type="checkbox"]')) keepExclusive(form, event.target);
    refresh();
    saver.changed(event.target.matches('textarea, [type="text"]') ? 0 : 250);
  });
  form.addEventListener('input', (event) => {
    if (!event.target.matches('textarea, [type="text"]')) return;
    if (event.target.matches('textarea')) grow(event.target);
    saver.changed(900);
  });
}

// What stands on the page ---------------------------------------------------------------------------

function inputsOf(form, name) {
  return [...form.querySelectorAll(`input[name="${name}"]`)].filter((input) => input.type !== 'text');
}

function keepExclusive(form, ticked) {
  const question = ticked.closest('[data-exclusive]');
  if (!question || !ticked.checked) return;
  const exclusive = question.dataset.exclusive.split(' ').filter(Boolean);
  const alone = exclusive.includes(ticked.value);
  for (const input of inputsOf(form, ticked.name)) {
    if (input !== ticked && (alone || exclusive.includes(input.value))) input.checked = false;
  }
}

// Wishes at or below the stage of today make no sense. One that was chosen stays in view, for the message beside it.
function showWishes(form) {
  const stage = form.querySelector('[data-role="stage"]');
  const wish = form.querySelector('[data-role="wish"]');
  if (!stage || !wish) return;
  const order = inputsOf(form, stage.dataset.question);
  const today = order.findIndex((input) => input.checked);
  for (const input of inputsOf(form, wish.dataset.question)) {
    const place = order.findIndex((other) => other.value === input.value);
    input.closest('.option').hidden = place >= 0 && place <= today && !input.checked;
  }
}

function showOthers(form) {
  for (const field of form.querySelectorAll('[data-other]')) {
    const name = field.closest('[data-question]').dataset.question;
    field.hidden = !inputsOf(form, name).some((input) => input.value === field.dataset.other && input.checked);
  }
}

// Each question comes when the one before has its answer; what has an answer or an error is always there.
function showSteps(form, steps) {
  let goOn = true;
  for (const step of steps) {
    const questions = step.dataset.question ? [step] : [...step.querySelectorAll('[data-question]')];
    const names = [...new Set(questions.map((question) => question.dataset.question))];
    const answered = names.map((name) => inputsOf(form, name).some((input) => input.checked));
    step.hidden = !goOn && !answered.some(Boolean) && !step.querySelector('.field-error');
    goOn = goOn && answered.every(Boolean);
  }
}

function grow(area) {
  const limit = Number(area.dataset.limit);
  const length = area.value.trim().length;
  let count = area.nextElementSibling;
  if (!count && length > limit * 0.8) {
    count = document.createElement('p');
    count.className = 'hint';
    area.after(count);
  }
  if (count) count.textContent = length > limit ? `${length - limit} tekens te veel` : `Nog ${limit - length} tekens`;
  if (CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight + 4}px`;
}

// Saving --------------------------------------------------------------------------------------------

const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60000;
const PATIENCE = 4000; // how long a click on a link waits for the save before it

class Saver {
  // One save at a time; what changes meanwhile goes along with the next one.
  constructor(form) {
    this.form = form;
    this.dirty = false; // something typed is not saved yet
    this.stopped = false; // saving again would not help
    this.failed = false;
    this.leaving = false;
    this.pause = FIRST_PAUSE;
    this.running = null;
    window.addEventListener('online', () => this.flush());
    window.addEventListener('pagehide', () => this.lastTry());
    window.addEventListener('beforeunload', (event) => {
      if (this.dirty && !this.leaving && (this.failed || this.stopped)) event.preventDefault();
    });
    form.addEventListener('submit', (event) => this.beforeSubmit(event));
    document.addEventListener('click', (event) => this.beforeLink(event));
  }

  changed(wait) {
    this.dirty = true;
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  flush() {
    this.running ??= this.drain().finally(() => { this.running = null; });
    return this.running;
  }

  async drain() {
    clearTimeout(this.timer);
    while (this.dirty && !this.stopped) {
      this.dirty = false;
      this.say('saving', 'Bezig met bewaren…');
      const saved = await this.send();
      this.failed = !saved;
      if (!saved) {
        this.dirty = true;
        if (!this.stopped) this.tryLater();
        return false;
      }
      this.pause = FIRST_PAUSE;
    }
    return !this.stopped;
  }

  tryLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  post(more = {}) {
    return fetch(this.form.dataset.save, {
      method: 'POST',
      body: new URLSearchParams(new FormData(this.form)),
      headers: { 'X-CSRFToken': this.form.elements.csrf_token.value, Accept: 'application/json' },
      redirect: 'manual',
      ...more,
    });
  }

  // Resolves to whether the server has answered for what was typed.
  async send(again = true) {
    let response;
    try {
      response = await this.post();
    } catch {
      return this.fail('Niet bewaard: geen verbinding – je tekst blijft hier staan');
    }
    if (response.type === 'opaqueredirect') {
      return this.fail('Niet bewaard: je bent afgemeld – je tekst blijft hier staan', 'Meld je opnieuw aan', '/aanmelden', true);
    }
    if (response.status === 400 && again && (await this.renewToken())) return this.send(false);
    if (response.status === 409) return this.stop(await response.json());
    if (response.status !== 200 && response.status !== 422) {
      if (response.status === 403 || response.status === 404) this.stopped = true;
      return this.fail('Niet bewaard: de server geeft geen antwoord – je tekst blijft hier staan');
    }
    this.take(await response.json());
    return true;
  }

  take(saved) {
    this.form.elements.draft_revision.value = saved.revision;
    this.showProblem('');
    showErrors(this.form, saved.errors);
    showState(saved.state);
    const wrong = Object.keys(saved.errors).length;
    if (wrong) this.say('failed', 'Niet alles is bewaard: kijk naar de melding bij de vraag');
    else this.say('saved', `Bewaard ${saved.saved_at}`);
  }

  fail(message, ...link) {
    this.say('failed', message);
    if (link.length) this.showProblem(message, ...link);
    return false;
  }

  // Someone else saved first, or the scan is in: nothing is overwritten, and nothing typed goes away.
  stop(answer) {
    this.stopped = true;
    this.say('failed', 'Niet bewaard – je tekst blijft hier staan');
    if (answer.submitted) this.showProblem(answer.message, 'Bekijk het resultaat', location.href);
    else {
      const advice = 'Kies “Bewaar en ga verder” om beide antwoorden naast elkaar te zien.';
      this.showProblem(`${answer.message} ${advice}`, 'Of neem die antwoorden over', location.href);
    }
    return false;
  }

  // The token of the form ends with the session; after a new log-in in another tab the page gives a new one.
  async renewToken() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
      const token = page.querySelector('form.survey [name="csrf_token"]')?.value;
      if (token) this.form.elements.csrf_token.value = token;
      return Boolean(token);
    } catch {
      return false;
    }
  }

  async beforeSubmit(event) {
    if (this.leaving || this.stopped || !(this.dirty || this.running)) {
      this.leaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    await this.flush();
    if (this.failed && !this.stopped) return;
    this.leaving = true;
    this.form.requestSubmit(button);
  }

  async beforeLink(event) {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || link.pathname === location.pathname && link.hash) return;
    if (link.dataset.leave !== undefined) this.leaving = true;
    if (this.leaving || this.stopped || this.failed || !(this.dirty || this.running)) return;
    event.preventDefault();
    await Promise.race([this.flush(), new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
    if (!this.dirty) location.assign(link.href);
  }

  lastTry() {
    if (!this.dirty || this.stopped || this.leaving || this.running) return;
    this.dirty = false;
    this.post({ keepalive: true }).catch(() => {});
  }

  say(state, text) {
    for (const line of document.querySelectorAll('.save-state')) {
      line.dataset.state = state;
      line.textContent = text;
    }
  }

  showProblem(text, label, url, elsewhere) {
    const place = this.form.querySelector('.survey-problem');
    place.replaceChildren();
    if (!text) return;
    const notice = document.createElement('div');
    notice.className = 'notice notice-error';
    const line = document.createElement('p');
    line.append(`${text}${text.endsWith('.') ? '' : '.'} `);
    const link = document.createElement('a');
    link.href = url;
    link.textContent = label;
    if (elsewhere) link.target = '_blank';
    else link.dataset.leave = '';
    line.append(link);
    notice.append(line);
    place.append(notice);
  }
}

function showErrors(form, errors) {
  for (const line of form.querySelectorAll('.field-error')) line.remove();
  for (const place of form.querySelectorAll('.has-error')) place.classList.remove('has-error');
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  for (const [name, messages] of Object.entries(errors)) {
    const found = document.getElementById(name);
    if (!found) continue;
    const place = found.matches('textarea, input') ? found.closest('.field') : found;
    const line = document.createElement('p');
    line.className = 'field-error';
    line.id = `${name}-error`;
    line.setAttribute('role', 'alert');
    line.textContent = messages.join(' ');
    const before = [...place.querySelectorAll(':scope > legend, :scope > label, :scope > h2, :scope > .hint')]
      .filter((element) => !(element.compareDocumentPosition(found) & Node.DOCUMENT_POSITION_PRECEDING) || found === place);
    if (before.length) before.at(-1).after(line);
    else place.prepend(line);
    place.classList.add('has-error');
    if (found !== place) {
      found.setAttribute('aria-invalid', 'true');
      if (!found.getAttribute('aria-describedby')?.includes(line.id)) {
        found.setAttribute('aria-describedby', `${found.getAttribute('aria-describedby') ?? ''} ${line.id}`.trim());
      }
    }
  }
}

// The list at the side follows along.
function showState(state) {
  const link = document.querySelector('.side-list a[aria-current="page"]');
  const template = document.querySelector(`template[data-state="${state}"]`);
  if (!link || !template) return;
  link.closest('li').className = `is-${state}`;
  link.querySelector('.glyph').replaceWith(template.content.querySelector('.glyph').cloneNode(true));
  link.querySelector('.visually-hidden').textContent = `: ${template.dataset.word}`;
  const complete = document.querySelectorAll('.side-list li.is-complete').length;
  for (const progress of document.querySelectorAll('.side-progress, .side-list > summary .muted')) {
    progress.textContent = progress.textContent.replace(/^\d+/, complete);
  }
}

const form = document.querySelector('form.survey');
if (form) start(form);
