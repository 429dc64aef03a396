# Kartu untuk mengambil tiket.

pick-up-head = 🙋 <b>Ada tiket yang bisa Anda ambil</b>
pick-up-yours = ✅ Tiket <code>{ $number }</code> ada di antrian Anda.
pick-up-taken-by = 👤 Tiket <code>{ $number }</code> sudah diambil <b>{ $agent }</b>.
pick-up-taken = 👤 Tiket <code>{ $number }</code> sudah diambil.
pick-up-cancelled = ✖️ Tiket <code>{ $number }</code> dibatalkan.
pick-up-closed = ℹ️ Tiket <code>{ $number }</code> tidak perlu diambil lagi: tiket ini dibagikan otomatis.
pick-up-moved = ⬇️ Tiket ini bisa diambil lagi. Lihat di bawah.
