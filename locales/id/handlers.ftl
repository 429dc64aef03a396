# Jawaban atas perintah dan tombol.
