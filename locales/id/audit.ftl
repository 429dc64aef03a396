# Admin: riwayat tiket dan prioritasnya.

audit-pick = 🧾 <b>Riwayat tiket yang mana?</b>
audit-none = 🧾 Tidak ada tiket terbuka. Untuk tiket yang sudah selesai, kirim /audit dengan nomornya.
audit-head = 🧾 <b>Riwayat</b> · <code>{ $number }</code>
audit-time = { $time } ·
audit-desk = sistem
audit-nobody = orang yang datanya dihapus
audit-opened = 🎫 <b>{ $name }</b> membuat tiket ini.
audit-assigned = 🎯 Ditugaskan ke <b>{ $agent }</b>.
audit-policy = ⚖️ { $department } · { $strategy } · { $mode }, { $percent }% · memegang { $held }/{ $max }
audit-considered = ✅ { $count } agen bisa menerima: { $names }
audit-skipped = ➖ { $reason }: { $count }
audit-skipped-named = ➖ { $reason }: { $count } ({ $names })
audit-picked-up = 🙋 <b>{ $name }</b> mengambilnya.
audit-reassigned = 🔀 <b>{ $name }</b> memberikannya ke <b>{ $to }</b>.
audit-reassigned-from = 🔀 <b>{ $name }</b> mengalihkannya dari <b>{ $from }</b> ke <b>{ $to }</b>.
audit-over-capacity = ⚠️ Melebihi batas agen.
audit-started = ▶️ <b>{ $name }</b> membukanya.
audit-paused = ⏸ <b>{ $name }</b> menundanya.
audit-snoozed = ⏰ <b>{ $name }</b> menundanya sampai { $time }.
audit-resumed = ▶️ Dilanjutkan oleh <b>{ $name }</b>.
audit-nudged = ⏰ <b>{ $agent }</b> diingatkan untuk membukanya.
audit-completed = ✅ <b>{ $name }</b> menyelesaikannya.
audit-cancelled = ✖️ <b>{ $name }</b> membatalkannya.
audit-cancel-undone = ↩️ <b>{ $name }</b> mengurungkan pembatalan.
audit-reopened = ↩️ <b>{ $name }</b> membukanya kembali. Tiket masuk lagi ke antrian.
audit-reopened-to = ↩️ <b>{ $name }</b> membukanya kembali. Tiket kembali ke <b>{ $agent }</b>.
audit-rated = ⭐ <b>{ $name }</b> memberi nilai { $stars } dari 5.
audit-priority = 🔺 <b>{ $name }</b> mengubah prioritas: { $from } → { $to }.
audit-relocated = 🏢 <b>{ $name }</b> memindahkannya dari { $from } ke { $to }.
audit-released-offline = 📥 Kembali ke antrian: <b>{ $agent }</b> offline.
audit-released-removed = 📥 Kembali ke antrian: <b>{ $agent }</b> bukan agen lagi.
audit-released-admin = 📥 <b>{ $name }</b> mengambilnya dari <b>{ $agent }</b> dan mengembalikannya ke antrian.
audit-released-unreachable = 📥 Kembali ke antrian: <b>{ $agent }</b> tidak bisa dihubungi di Telegram.
audit-released-given-back = 📥 <b>{ $agent }</b> mengembalikannya ke antrian.
audit-released-no-answer = 📥 Kembali ke antrian: <b>{ $agent }</b> tidak membukanya tepat waktu.
audit-other = • Diubah oleh <b>{ $name }</b>.

skip-offline = Offline
skip-lost = Tidak terhubung
skip-busy = Sibuk
skip-away = Tidak di tempat
skip-unreachable = Tidak bisa dihubungi di Telegram
skip-opted-out = Penugasan otomatis mati
skip-full = Penuh
skip-other-department = Departemen lain
skip-former-holder = Pernah memegang tiket ini
skip-own-ticket = Tiketnya sendiri

button-ticket = 🎫 Tiket
button-audit = 🧾 Riwayat
button-priority = 🔺 Prioritas
priority-pick = 🔺 <b>Prioritas tiket yang mana?</b>
priority-none = 🔺 Tidak ada tiket terbuka.
priority-question = 🔺 <b>Prioritas <code>{ $number }</code></b>
    Sekarang: { $priority }. Tiket mendesak didahulukan dari semua tiket lain di departemennya.
priority-set = ✅ Prioritas <code>{ $number }</code> sekarang { $priority }.
