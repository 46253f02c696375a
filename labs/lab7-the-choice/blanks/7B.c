# lab 7B is still blank: words in place of the question marks, and more where they are needed
archive kind=? mem=?
index   kind=? mem=?
