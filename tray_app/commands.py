"""Commands: everything a person can ask for, one signal each.

Window, dialogs, tray, second starts and links emit; `tray_app.app` connects each once, to the
operation, the download queue or the dialog that asks first. What a widget tells its own parent (a
row was clicked) stays a signal of that widget. Payloads are those of `core.payloads`.
"""

from PySide6.QtCore import QObject, Signal


class Commands(QObject):
    """Signals: see the names. A `…_dialog_requested` only opens a dialog, which asks further.

    Thread: GUI thread.
    """

    # The program and its window.
    show_requested = Signal()
    toggle_requested = Signal()
    """Show the window, or hide it when it is in front."""
    quit_requested = Signal()
    """Asks back while downloads run."""
    quit_now_requested = Signal()
    settings_dialog_requested = Signal(str)  # a page, "" = as it was
    autostart_requested = Signal(bool)
    diagnostics_requested = Signal()
    """Gather them and put them on the clipboard."""
    notice_test_requested = Signal()

    # Servers.
    refresh_requested = Signal()
    server_show_requested = Signal(str)
    """Show this one alone; "" = all of them."""
    server_form_requested = Signal(str)
    """Open the form of this one; "" = a new one."""
    server_remove_dialog_requested = Signal(str)
    server_remove_requested = Signal(object)  # ServerRemoval
    secrets_requested = Signal(object)  # SecretsGiven
    """Keep what signs in."""
    secrets_stop_requested = Signal(str)
    """Do not keep it after all."""
    keyring_unlock_requested = Signal()
    start_requested = Signal(str)
    """Start Ollama, which is to answer as this server."""
    wake_requested = Signal(str)
    start_stop_requested = Signal(str)
    """Wait for it no longer."""
    doctor_dialog_requested = Signal(str)
    """Look for what is wrong, with this server first; "" = the default one."""
    help_dialog_requested = Signal()
    newer_ollama_dialog_requested = Signal()
    """Have the doctor tell of it, and how to get it."""
    release_told_requested = Signal()
    """A person has seen that there is a newer Ollama Tray."""
    release_skip_requested = Signal()
    """Say no more of that version."""
    doctor_requested = Signal(str)
    """Look at everything, at this server first, which comes as `AppState.examination_changed`."""
    doctor_again_requested = Signal(object)  # Finding
    """Look again at what it is about."""
    doctor_stop_requested = Signal()
    server_dialog_requested = Signal(str)
    """Open the form of the server that is shown, with this address filled in."""
    server_address_dialog_requested = Signal(object)  # OtherAddress
    """The same for any server."""
    server_test_requested = Signal(object)  # ServerDraft
    server_test_stop_requested = Signal()
    server_test_dialog_requested = Signal(str)
    """Open the form of this one, and try it."""
    server_duplicate_dialog_requested = Signal(str)
    """Open the form of a new one like this, without its secret."""
    access_requested = Signal(object)  # Endpoint
    """Look what stands on the way to it, which comes as `AppState.access_read`."""

    # Models.
    details_dialog_requested = Signal(object)  # ModelRef
    delete_dialog_requested = Signal(object)  # ModelRefs
    duplicate_dialog_requested = Signal(object)  # ModelRef
    details_requested = Signal(object)  # ModelRef
    """Read the details, which come as `AppState.details_changed`."""
    layers_requested = Signal(str)  # id of a server
    """Learn which layers its models share."""
    delete_requested = Signal(object)  # DeleteRequest
    copy_requested = Signal(object)  # CopyRequest
    load_requested = Signal(object)  # LoadRequest
    load_stop_requested = Signal(object)  # ModelRef
    """Give up loading it, as far as this program has asked for that."""
    unload_requested = Signal(object)  # ModelRef
    """One that is kept loaded is kept no more then."""
    keep_requested = Signal(object)  # KeepRequest
    keep_stop_requested = Signal(object)  # ModelRef
    keep_load_requested = Signal(object)  # ModelRef
    """Load one that is kept and was pushed out, whatever is there now."""
    kept_models_requested = Signal(object)  # KeptModels
    """Keep these, in this order, and no others."""

    star_requested = Signal(object)  # ModelRefs
    unstar_requested = Signal(object)  # ModelRefs
    note_requested = Signal(object)  # NoteRequest

    # Updates.
    updates_show_requested = Signal()
    """Show the models that have a newer version."""
    update_check_requested = Signal()
    """Ask about all models now, which comes as `AppState.verdict_changed`."""
    update_check_stop_requested = Signal()
    update_check_models_requested = Signal(object)  # ModelRefs
    update_one_requested = Signal(object)  # ModelRef
    """Update it, at once where there is nothing to decide; else a dialog asks."""
    updates_dialog_requested = Signal(object)  # ModelRefs
    """Open the sheet with these; () = with all that have a newer version."""
    update_confirm_dialog_requested = Signal(object)  # ModelRef
    """Ask whether to replace what may be lost."""
    update_changed_dialog_requested = Signal(str)  # id of a download
    """It stopped, as its model has changed meanwhile: ask what is to be done."""
    update_requested = Signal(object)  # UpdateRequest
    version_dialog_requested = Signal(object)  # ModelRef
    """Open the details, at what differs from the registry."""
    pin_requested = Signal(object)  # ModelRef
    unpin_requested = Signal(object)  # ModelRef
    skip_requested = Signal(object)  # ModelRef
    """Hear nothing of the version that is at the registry now."""
    offer_again_requested = Signal(object)  # ModelRef
    never_look_up_requested = Signal(str)  # a model's name
    look_up_again_requested = Signal(str)  # a model's name
    go_back_dialog_requested = Signal(object)  # ModelRef of the kept version
    go_back_requested = Signal(object)  # GoBackRequest
    keep_for_good_requested = Signal(object)  # ModelRef of the kept version
    move_requested = Signal(object)  # MoveRequest
    after_update_done_requested = Signal(object)  # ModelRef that was updated
    """Say no more of who has its old version."""
    backup_note_done_requested = Signal(object)  # ModelRef of the kept version
    """Say no more of its end."""

    # Disk space.
    disk_dialog_requested = Signal(object)  # DiskTarget
    disk_report_requested = Signal(object)  # DiskTarget
    """Look at it now, and again and again; what is found comes as `AppState.disk`."""
    disk_stop_requested = Signal(str)  # server id
    """Look no more."""

    # Making models.
    create_dialog_requested = Signal(object)  # CreatePaths
    """Open the dialog with these files; () = ask for one first."""
    create_files_requested = Signal(object)  # FileGroup
    """Read what its file is, which comes as `CreateFacts.file_read`; what is known of it is read
    anew where it has changed."""
    disk_requested = Signal(str)  # server id
    """Look how much room there is, which comes as `AppState.disk_space_changed`: for servers on
    this computer."""
    create_requested = Signal(object)  # CreateRequest
    create_start_requested = Signal(str)  # id of a create
    create_cancel_requested = Signal(str)  # id
    """Before Ollama works on it, it ends at once; then its row asks."""
    create_keep_requested = Signal(str)  # id
    create_delete_when_ready_requested = Signal(str)  # id
    create_retry_requested = Signal(str)  # id
    create_change_dialog_requested = Signal(str)  # id
    """Open the dialog again, filled in as it was."""
    create_remove_requested = Signal(str)  # id
    derive_dialog_requested = Signal(object)  # ModelRef
    edit_dialog_requested = Signal(object)  # ModelRef
    rebuild_dialog_requested = Signal(object)  # RebuildRequest
    derive_requested = Signal(object)  # DeriveRequest
    derive_undo_requested = Signal(object)  # UndoRequest
    """Make an edited model what it was."""
    rename_dialog_requested = Signal(object)  # ModelRef
    rename_requested = Signal(object)  # RenameRequest
    clean_up_requested = Signal(object)  # ModelRef of the damaged name that a copy has left

    # Lists of models.
    export_dialog_requested = Signal(str)  # server id
    export_requested = Signal(object)  # ExportRequest
    """Write it, which comes as `ListFacts.exported`."""
    import_dialog_requested = Signal(object)  # ListSource
    lists_requested = Signal()
    """Who reads lists is about to be asked: few have any."""
    list_read_requested = Signal(object)  # ListSource
    """Read it, which comes as `ListFacts.read`."""
    list_look_up_requested = Signal(object)  # ListQuestion
    """Look its names up, which comes as `ListFacts.lookup`."""
    list_look_up_stop_requested = Signal()
    import_requested = Signal(object)  # ImportRequest

    # Downloads.
    pull_dialog_requested = Signal(str)  # what to fill in, "" = nothing
    pull_elsewhere_dialog_requested = Signal(object)  # ModelRef
    """The same for a model of one server that others are to pull: those that do not have it."""
    estimate_requested = Signal(object)  # ModelRef
    """What pulling it would mean, which comes as `AppState.estimate_changed`. The same name for
    another server belongs to the same question."""
    estimate_cancel_requested = Signal()
    pull_requested = Signal(object)  # PullRequest
    pull_show_requested = Signal(str)  # id of a download
    pull_start_requested = Signal(str)  # id
    pull_pause_requested = Signal(str)  # id
    pull_resume_requested = Signal(str)  # id
    pull_retry_requested = Signal(str)  # id
    pull_cancel_requested = Signal(str)  # id
    """Asks back when much of it is there already."""
    pull_cancel_now_requested = Signal(str)  # id
    pull_remove_requested = Signal(str)  # id
    pull_move_requested = Signal(object)  # PullMove
    pulls_pause_all_requested = Signal()
    pulls_resume_all_requested = Signal()
    pulls_clear_requested = Signal()
    """Take away what is done or canceled."""
    pulls_clear_failed_requested = Signal()
    pulls_retry_failed_requested = Signal()
    history_dialog_requested = Signal()
    history_clear_requested = Signal()
