"""Every sentence made from data: sizes, times, errors, downloads, notices. The only wording.

Callers use this package's names; which file they live in is nobody's business but its own. Each
file is loaded when the first of its names is asked for: a terminal verb needs few of them.
Works without an application object. Text from servers leaves here as plain text.
"""

from typing import TYPE_CHECKING

from tray_app.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from tray_app.core.endpoint import is_loopback
    from tray_app.text.addresses import address_problem, port_note, server_name
    from tray_app.text.deleting import (
        DeleteNote,
        DeleteQuestion,
        NoteKind,
        cloud_only_line,
        delete_question,
        delete_title,
        frees_if_deleted,
        layers_note,
        loaded_now_line,
        made_here_line,
        pull_again_line,
    )
    from tray_app.text.deriving import derived_line, is_busy, undone_line, why_no_derive
    from tray_app.text.diagnosis import (
        diagnosis_facts,
        diagnosis_report,
        diagnostics_copied,
    )
    from tray_app.text.doctor import (
        DoctorHead,
        checking_again,
        doctor_head,
        fine_lines,
        fine_title,
        group_title,
        grouped,
    )
    from tray_app.text.downloads import (
        cancel_question,
        downloads_header,
        downloads_keep_awake,
        downloads_line,
        fetched_in,
        layer_detail,
        pull_detail,
        pull_phase,
        pull_reason,
        pull_retry,
        pull_wait,
        spoken_progress,
        stays_awake,
        stays_awake_tip,
        waits_for_server,
    )
    from tray_app.text.errors import (
        broken_files_report,
        crash_report,
        delete_result,
        error_text,
        failure_text,
    )
    from tray_app.text.estimates import (
        EstimateLine,
        LineTone,
        disk_line,
        download_figure,
        fetch_line,
        here_line,
        license_line,
        looking_up,
        memory_line,
        memory_title,
        model_line,
        newer_version,
        pull_button,
        pull_wait_note,
    )
    from tray_app.text.files import (
        autostart_failed_report,
        login_refused_report,
        save_failed_report,
    )
    from tray_app.text.findings import (
        FindingWords,
        button_label,
        finding_advice,
        finding_words,
        spoken_finding,
    )
    from tray_app.text.help import Leaving, leaving
    from tray_app.text.history import HistoryRow, history_note, history_row, history_titles
    from tray_app.text.keeping import no_room_reason, notice_not_kept
    from tray_app.text.lists import (
        import_question,
        line_name,
        line_size,
        line_status,
        no_names,
        saved_line,
        totals_line,
        unreadable,
    )
    from tray_app.text.lookups import (
        already_here,
        cloud_is_off,
        lookup_failed,
        needs_newer,
        not_found,
        private_hint,
        unchecked,
    )
    from tray_app.text.messages import Action, Message, NoticeText, action_label, ollama_says
    from tray_app.text.models import (
        capability_label,
        copied_line,
        filter_is_empty,
        filter_label,
        hidden_by_search,
        layer_label,
        loaded_total,
        memory_figure,
        memory_share,
        models_count,
        models_shown,
        no_match,
        text_stats,
        tokens,
        unloads_in,
    )
    from tray_app.text.names import name_problem, origin_line, registry_name, short_name, taken_from
    from tray_app.text.notices import (
        notice_back,
        notice_failed,
        notice_finished,
        notice_keyring_locked,
        notice_not_woken,
        notice_offline,
        notice_old_version_going,
        notice_test,
        notice_update_stopped,
        notice_updated,
        notice_updates,
        notice_woken,
    )
    from tray_app.text.plain import one_line, shortened, tooltip, visible
    from tray_app.text.pull_errors import pull_error_reason
    from tray_app.text.pull_targets import (
        add_on_button,
        pull_on_button,
        pulls_itself,
        replaced_version,
        spoken_target,
        target_download,
        target_free,
        target_is_off,
        target_is_switched_off,
        target_room,
        target_too_old,
    )
    from tray_app.text.renaming import clean_up_line, rename_line
    from tray_app.text.servers import (
        connecting_line,
        last_reached_line,
        offline_banner,
        offline_since_line,
        refreshed_line,
        selection_line,
        server_entry,
        server_state,
        server_status,
        server_words,
        servers_online,
        spoken_entry,
        spoken_server,
        spoken_servers,
        starting_line,
        state_details,
        status_line,
        status_line_tooltip,
        stored_size,
        trying_again_line,
    )
    from tray_app.text.sign_in import (
        header_problem,
        keyring_sentence,
        secret_line,
        secret_problem,
    )
    from tray_app.text.starting import (
        StartText,
        not_woken_line,
        remedy_label,
        start_command,
        start_countdown,
        start_line,
        start_text,
        starting_since_line,
        wake_line,
        waking_line,
    )
    from tray_app.text.times import (
        about_time_left,
        age,
        clock_time,
        day,
        day_and_time,
        elapsed,
        full_time,
        is_forever,
        roughly,
        seconds_ago,
        seconds_until,
        spoken_time,
        time_left,
        utc_now,
    )
    from tray_app.text.tray import (
        tray_checked,
        tray_pull_lines,
        tray_pull_title,
        tray_servers_line,
        tray_state_line,
        tray_tooltip,
        tray_tooltip_of_several,
        tray_unload_line,
        tray_update,
        tray_update_all,
        tray_updates,
        wake_entry,
    )
    from tray_app.text.units import (
        amount,
        amount_wanted,
        exact_size,
        percent,
        percent_of,
        size,
        size_wanted,
        speed,
        speed_scale,
        spoken_size,
        spoken_trail,
    )
    from tray_app.text.updates import (
        Subject,
        VerdictCard,
        all_current,
        checking,
        copies_line,
        failure_reason,
        kept_until_line,
        last_check,
        names_button,
        needs_room,
        needs_server_line,
        newer_line,
        not_checked,
        skipped_line,
        update_badge,
        update_question,
        update_tooltip,
        updates_found,
        verdict_card,
        verdict_line,
    )
    from tray_app.text.use import last_used, last_used_fact, last_used_sentence
    from tray_app.text.version import lost_words, made_body
    from tray_app.text.wording import (
        MISSING,
        configure,
        dotted,
        join,
        locale,
        number,
        sentences,
        tr,
    )

else:
    __getattr__ = lazy_names(
        __name__,
        addresses="address_problem is_loopback port_note server_name",
        deleting=(
            "DeleteNote DeleteQuestion NoteKind cloud_only_line delete_question delete_title "
            "frees_if_deleted layers_note loaded_now_line made_here_line pull_again_line"
        ),
        deriving="derived_line is_busy undone_line why_no_derive",
        diagnosis="diagnosis_facts diagnosis_report diagnostics_copied",
        doctor="DoctorHead checking_again doctor_head fine_lines fine_title group_title grouped",
        downloads=(
            "cancel_question downloads_header downloads_keep_awake downloads_line fetched_in "
            "layer_detail pull_detail pull_phase pull_reason pull_retry pull_wait "
            "spoken_progress stays_awake stays_awake_tip waits_for_server"
        ),
        errors="broken_files_report crash_report delete_result error_text failure_text",
        estimates=(
            "EstimateLine LineTone disk_line download_figure fetch_line here_line license_line "
            "looking_up memory_line memory_title model_line newer_version pull_button "
            "pull_wait_note"
        ),
        files="autostart_failed_report login_refused_report save_failed_report",
        findings="FindingWords button_label finding_advice finding_words spoken_finding",
        help="Leaving leaving",
        history="HistoryRow history_note history_row history_titles",
        keeping="no_room_reason notice_not_kept",
        lists=(
            "import_question line_name line_size line_status no_names saved_line totals_line "
            "unreadable"
        ),
        lookups=(
            "already_here cloud_is_off lookup_failed needs_newer not_found private_hint unchecked"
        ),
        messages="Action Message NoticeText action_label ollama_says",
        models=(
            "capability_label copied_line filter_is_empty filter_label hidden_by_search "
            "layer_label loaded_total memory_figure memory_share models_count models_shown "
            "no_match text_stats tokens unloads_in"
        ),
        names="name_problem origin_line registry_name short_name taken_from",
        notices=(
            "notice_back notice_failed notice_finished notice_keyring_locked notice_not_woken "
            "notice_offline notice_old_version_going notice_test notice_update_stopped "
            "notice_updated notice_updates notice_woken"
        ),
        plain="one_line shortened tooltip visible",
        pull_errors="pull_error_reason",
        pull_targets=(
            "add_on_button pull_on_button pulls_itself replaced_version spoken_target "
            "target_download target_free target_is_off target_is_switched_off target_room "
            "target_too_old"
        ),
        renaming="clean_up_line rename_line",
        servers=(
            "connecting_line last_reached_line offline_banner offline_since_line refreshed_line "
            "selection_line server_entry server_state server_status server_words servers_online "
            "spoken_entry spoken_server spoken_servers starting_line state_details status_line "
            "status_line_tooltip stored_size trying_again_line"
        ),
        sign_in="header_problem keyring_sentence secret_line secret_problem",
        starting=(
            "StartText not_woken_line remedy_label start_command start_countdown start_line "
            "start_text starting_since_line wake_line waking_line"
        ),
        times=(
            "about_time_left age clock_time day day_and_time elapsed full_time is_forever "
            "roughly seconds_ago seconds_until spoken_time time_left utc_now"
        ),
        tray=(
            "tray_checked tray_pull_lines tray_pull_title tray_servers_line tray_state_line "
            "tray_tooltip tray_tooltip_of_several tray_unload_line tray_update tray_update_all "
            "tray_updates wake_entry"
        ),
        units=(
            "amount amount_wanted exact_size percent percent_of size size_wanted speed "
            "speed_scale spoken_size spoken_trail"
        ),
        updates=(
            "Subject VerdictCard all_current checking copies_line failure_reason "
            "kept_until_line last_check names_button needs_room needs_server_line newer_line "
            "not_checked skipped_line update_badge update_question update_tooltip updates_found "
            "verdict_card verdict_line"
        ),
        use="last_used last_used_fact last_used_sentence",
        version="lost_words made_body",
        wording="MISSING configure dotted join locale number sentences tr",
    )
