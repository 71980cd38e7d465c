module stdlib-gen

go 1.26
