"""The words of the web pages as types: a class per table of a language's file, a field per key.

The placeholders in braces are in the files; `languages.py` holds them equal in all languages.
"""

from dataclasses import dataclass

from app.web.i18n.grammar import Plural


@dataclass(frozen=True, slots=True)
class LayoutTexts:
    """What stands around every plain page."""

    brand: str
    promise: str
    language_name: str
    language: str
    light: str
    light_system: str
    light_light: str
    light_dark: str
    skip: str
    menu: str
    chat: str
    library: str
    documents: str
    questionnaires: str
    administration: str
    account: str
    sign_out: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The chat page."""

    title: str
    promise: str
    new_conversation: str
    skip_to_question: str

    status_ready: str
    status_starting: str
    status_restarting: str
    status_failed: str
    weak_title: str
    weak: str
    weak_remedy: str
    no_model_title: str
    no_model: str

    welcome: str
    welcome_documents: Plural
    welcome_promise: str
    examples: str
    no_documents_title: str
    no_documents: str

    question_label: str
    question_placeholder: str
    ask: str
    stop: str
    documents_label: str
    all_documents: str

    waiting: str
    in_line: Plural
    withdraw: str
    begun: str
    searching: str
    searching_in: Plural
    reading: Plural
    progress: str
    writing: str
    stopped: str
    stopped_draft: str
    not_found_title: str
    not_found: str
    unconfirmed_title: str
    unconfirmed: str
    partly_title: str
    partly: str
    limited: str
    search_everything: str
    quoted: str
    unsupported_mark: str
    unsupported_legend: Plural
    left_out_passages: Plural
    left_out_turns: Plural
    left_out: str
    and_: str
    only_in: str
    more_documents: Plural
    answered_by: str
    copy: str
    copied: str
    retry: str
    edit: str
    good: str
    bad: str
    suggestions: str
    suggested: str
    withheld: str
    notice_orders: Plural
    notice_links: Plural
    notice_scans: Plural
    notice_documents: Plural
    notice_question: Plural
    notice_answer: Plural
    notice_mark: str
    notice_mask: str
    notice_refuse: str
    filter_withheld: str
    not_saved: str
    type_policy: str
    type_contract: str
    type_invoice: str
    type_letter: str
    type_manual: str
    type_report: str
    type_slides: str
    type_table: str
    type_email: str
    type_calendar: str
    language_de: str
    language_en: str
    own_space: str
    question_number: str

    sources: str
    nearest: str
    no_nearest: str
    other_passages: Plural
    passages_read: Plural
    page: str
    from_scan: str
    source_number: str
    open_source: str

    failed_title: str
    busy: str
    busy_seconds: Plural
    too_many_own: str
    too_many_own_seconds: Plural
    starting: str
    down: str
    too_long: str
    filtered: str
    gone: str
    unrecorded: str
    interrupted: str
    unknown: str


@dataclass(frozen=True, slots=True)
class ConversationTexts:
    """The list of conversations, its dialogs, the menus and exported files."""

    conversations: str
    show_list: str
    hide_list: str
    new: str
    search: str
    none_yet: str
    none_found: str
    today: str
    yesterday: str
    this_week: str
    this_month: str
    older: str
    pinned: str
    archived: Plural
    being_answered: str
    pin: str
    unpin: str
    archive: str
    unarchive: str
    rename: str
    delete: str

    rename_title: str
    rename_label: str
    save: str
    cancel: str
    delete_title: str
    delete_words: str
    delete_yes: str
    edit_title: str
    edit_label: str
    edit_warning: str
    edit_yes: str
    comment_title: str
    comment_label: str
    comment_words: str
    comment_send: str
    thanks: str
    failed: str
    close: str

    keys_title: str
    keys_ask: str
    keys_line: str
    keys_edit: str
    keys_escape: str
    keys_search: str
    keys_new: str
    keys_box: str
    keys_keys: str
    key_ask: str
    key_line: str
    key_edit: str
    key_escape: str
    key_search: str
    key_new: str
    key_box: str
    key_keys: str

    session_title: str
    session_words: str
    session_name: str
    session_password: str
    session_go: str
    session_wrong: str
    session_elsewhere: str
    lost: str

    files: str
    file_add: str
    file_drop: str
    file_kinds: str
    file_sending: str
    file_reading: str
    file_reading_page: str
    files_ready: str
    file_out: str
    file_keep: str

    pane_close: str
    pane_siblings: str
    pane_whole: str

    scope_button: str
    scope_title: str
    scope_words: str
    scope_find: str
    scope_all: str
    scope_spaces: str
    scope_documents: str
    scope_types: str
    scope_years: str
    scope_languages: str
    scope_more: Plural
    scope_none: str
    scope_use: str
    scope_clear: str
    remove: str

    menu: str
    export: str
    export_markdown: str
    export_pdf: str
    account: str
    library: str
    my_documents: str
    curate: str
    questionnaires: str
    administer: str
    sign_out: str

    exported: str
    export_not_found: str
    export_unconfirmed: str
    export_stopped: str
    export_failed: str
    not_there: str


@dataclass(frozen=True, slots=True)
class SignInTexts:
    """The pages of signing in and of one's account."""

    sign_in: str
    welcome: str
    name: str
    password: str
    go: str
    company: str
    or_: str
    where_from: str
    wrong: str
    wait: Plural
    wait_minutes: Plural
    ended: str
    company_failed: str
    company_unreachable: str
    header_missing_title: str
    header_missing: str

    account: str
    signed_in_as: str
    roles: str
    role_administrator: str
    role_auditor: str
    role_reader: str
    groups: str
    no_groups: str
    spaces_read: str
    spaces_curate: str
    no_spaces: str
    sessions: str
    only_here: str
    other_browsers: Plural
    end_others: str
    ended_others: str
    ended_one: str
    end_this: str
    this_one: str
    some_browser: str
    since: str
    last_seen: str

    code_title: str
    code: str
    code_lost: str
    wrong_code: str
    factor_title: str
    factor_how: str
    factor_open: str
    factor_turn_on: str
    factor_turn_off: str
    factor_is_on: str
    factor_on: str
    factor_off: str

    prove_title: str
    prove_why: str
    prove_go: str

    password_changed_by_you: str
    password_changed_by_others: str
    password_title: str
    password_first_title: str
    password_first: str
    password_now: str
    password_new: str
    password_again: str
    password_rule: str
    password_change: str
    password_changed: str
    password_elsewhere: str
    wrong_password_now: str
    passwords_differ: str
    password_short: str
    password_long: str
    password_like_name: str
    password_common: str
    password_same: str


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """The curators' pages."""

    documents: str
    my_documents: str
    my_documents_hint: str
    spaces: str
    to_read: str
    read_others: Plural
    curate_it: str
    space_hint: str
    curators_only: str
    count: Plural

    add: str
    drop: str
    choose_files: str
    choose_folder: str
    needs_script: str
    sending: str
    waiting: str
    reading: str
    finished: str
    not_taken: str
    failed: str
    show_details: str
    connection_lost: str
    status_indexed: str
    status_unchanged: str
    status_warning: str
    status_rejected: str
    uploads: str

    find: str
    find_go: str
    nothing_here: str
    nothing_found: str
    choose_all: str
    choose_one: str
    name: str
    title: str
    pages: str
    chunks: str
    indexed: str
    warning: str
    source: str
    uploaded: str
    sha256: str
    space: str
    with_chosen: str
    move_to: str
    move: str
    again: str
    again_hint: str
    remove: str
    remove_sure: str
    cancel: str
    did_remove: Plural
    did_move: Plural
    did_again: Plural
    kept: Plural
    chunk: str
    page: str
    chunks_hint: str
    back: str
    earlier: str
    later: str
    part: str
    reading_of: str
    read_text: str
    read_ocr: str
    read_partly: str
    read_unreadable: str
    reading_page: str

    questions: str
    questions_hint: str
    nothing: str
    nothing_empty: str
    down: str
    down_empty: str
    up: str
    up_empty: str
    nearest: str
    answer: str
    comment: str
    not_there: str
    refused: str


@dataclass(frozen=True, slots=True)
class LibraryTexts:
    """The library, which everybody has."""

    library: str
    hint: str
    add: str
    find: str
    find_go: str
    space: str
    any_space: str
    own: str
    kind: str
    any_kind: str
    quality: str
    any_quality: str
    quality_fine: str
    quality_warned: str
    since: str
    order: str
    by_name: str
    by_newest: str
    count: Plural
    of_all: str
    show_all: str
    nothing_found: str
    nothing_here: str
    pages: Plural
    warned: str
    ask: str
    ask_about: str
    manage: str
    manage_space: str
    whole: str
    close: str
    earlier: str
    later: str
    part: str
    not_there: str


@dataclass(frozen=True, slots=True)
class QuestionnaireTexts:
    """The questionnaires' page."""

    questionnaires: str
    at_once: str
    hint: str
    hand_in: str
    choose: str
    formats: str
    where: str
    everywhere: str
    my_documents: str
    each: str
    each_hint: str
    hidden: str
    hidden_hint: str
    read_so: str
    needs_script: str
    sending: str
    yours: str
    none: str
    waiting: str
    running: str
    done: str
    stopped: str
    failed: str
    changed: str
    changed_hint: str
    found: str
    partly: str
    not_found: str
    rows_failed: str
    progress: str
    left: str
    results: str
    all_rows: str
    find_rows: str
    find_rows_go: str
    no_rows: str
    page_of: str
    download: str
    stop: str
    go_on: str
    start_over: str
    delete: str
    delete_sure: str
    refused: str
    back: str


@dataclass(frozen=True, slots=True)
class AdministrationTexts:
    """The administrators' pages."""

    administration: str
    overview: str
    people: str
    spaces: str
    models: str

    health: str
    status_ok: str
    status_warning: str
    status_failed: str
    remedy: str
    usage: str
    last_days: str
    questions: Plural
    tokens: Plural
    chart_questions: str
    chart_tokens: str
    chart_first: str
    chart_most: str
    chart_table: str
    day: str
    no_usage: str
    costs: str
    costs_hint: str
    by_token: str
    by_hour: str
    by_hour_hint: str
    here: str
    here_hint: str
    price_in: str
    price_out: str
    price_hour: str

    name: str
    full_name: str
    role: str
    role_reader: str
    role_administrator: str
    role_auditor: str
    groups: str
    last_seen: str
    never: str
    actions: str
    add_person: str
    add_person_hint: str
    add: str
    new_password: str
    end_sessions: str
    remove: str
    remove_sure: str
    uploads: str
    uploads_keep: str
    uploads_delete: str
    uploads_held: str
    change: str
    you: str
    told_title: str
    told: str
    company: str
    manage: str
    add_group: str
    group_name: str
    group_people: Plural
    join: str
    leave: str

    space: str
    documents: str
    who: str
    nobody: str
    everyone: str
    not_yours: str
    curate_it: str
    curators_group: str
    may_read: str
    may_curate: str
    grant: str
    grant_title: str
    grant_hint: str
    right: str
    revoke: str

    model_role: str
    model_name: str
    model_about: str
    role_chat: str
    role_embedder: str
    role_adapter: str
    role_reranker: str
    plan: str
    plan_hint: str
    plan_none: str
    not_there: str
    gone: str
    refused: str
    back: str


@dataclass(frozen=True, slots=True)
class SourceTexts:
    """The pages that show sources."""

    place: str
    own_space: str
    quoted: str
    passage: str
    original: str
    page: str
    slide: str
    part: str
    previous: str
    following: str
    go_to: str
    picture: str
    highlighted: str
    not_located: str
    other_page: str
    changed: str
    gone: str
    no_original: str
    not_drawn: str
    read_ocr: str
    read_partly: str
    read_unreadable: str
    at_once: str
    keys: str
    fit: str
    larger: str
    zoom: str
    to_passage: str
    not_there_title: str
    not_there: str


@dataclass(frozen=True, slots=True)
class RefusalTexts:
    """What is answered, as a sentence alone, to a request that reaches no page."""

    not_served: str
    other_site: str
    not_found: str
    too_large: str
    too_old: str
    not_understood: str
    cannot: str
    too_often: str


@dataclass(frozen=True, slots=True)
class Language:
    """All words in one language; `code` is the one of Accept-Language and of HTML's `lang`."""

    code: str
    layout: LayoutTexts
    chat: Texts
    conversations: ConversationTexts
    sign_in: SignInTexts
    documents: DocumentTexts
    library: LibraryTexts
    questionnaires: QuestionnaireTexts
    administration: AdministrationTexts
    sources: SourceTexts
    refusals: RefusalTexts
